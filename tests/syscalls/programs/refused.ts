import { Errno, print, printLine, printNumber } from "nitros";

/** What the programs of this folder have in common: a line for each error that they provoke, which the test compares with docs/SYSCALLS.md. */

let failures = 0;

export function failureCount(): i32 {
  return failures;
}

/** `call` has answered with `result`; the page has `error` for it when `when`. */
export function refused(call: string, error: i64, when: string, result: i64): void {
  print(call);
  print(" ");
  print(nameOf(error));
  print(": ");
  print(when);
  if (result != error) tellOf(result);
  printLine("");
}

/** What a refusal must leave as it was, and what must succeed in between: nothing is said of what is so. */
export function expect(what: string, found: i64, wanted: i64): void {
  if (found == wanted) return;
  print("not as it should be: ");
  print(what);
  tellOf(found);
  printLine("");
}

function tellOf(result: i64): void {
  failures += 1;
  print(": ");
  printNumber(result);
}

function nameOf(error: i64): string {
  if (error == Errno.EPERM) return "EPERM";
  if (error == Errno.ENOENT) return "ENOENT";
  if (error == Errno.EIO) return "EIO";
  if (error == Errno.EBADF) return "EBADF";
  if (error == Errno.ECHILD) return "ECHILD";
  if (error == Errno.EAGAIN) return "EAGAIN";
  if (error == Errno.ENOMEM) return "ENOMEM";
  if (error == Errno.EACCES) return "EACCES";
  if (error == Errno.EFAULT) return "EFAULT";
  if (error == Errno.EEXIST) return "EEXIST";
  if (error == Errno.EINVAL) return "EINVAL";
  if (error == Errno.EPIPE) return "EPIPE";
  return error == Errno.EDEADLK ? "EDEADLK" : "no error";
}
