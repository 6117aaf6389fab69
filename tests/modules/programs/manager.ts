/** Replaces a module by a newer version, unloads it, and loads it again; and every error that the two calls document but EAGAIN and ENOMEM. */
import {
  call,
  Ending,
  Errno,
  handleClose,
  heapStart,
  load64,
  portName,
  portOpen,
  print,
  printLine,
  printNumber,
  setWord,
  spawn,
  store8,
  unload,
  wait,
  word,
} from "nitros";

let failures = 0;

function expect(what: string, found: i64, wanted: i64): void {
  if (found == wanted) return;
  failures += 1;
  print(what);
  print(": ");
  printNumber(found);
  printLine("");
}

/** Puts a name where the calls find it. */
function named(name: string): u64 {
  for (let i = 0; i < name.length; i++) store8(heapStart() + 64 + i, <u8>name.charCodeAt(i));
  return heapStart() + 64;
}

function start(name: string): i64 {
  return spawn(named(name), name.length);
}

function end(name: string): i64 {
  return unload(named(name), name.length);
}

export function main(): i32 {
  refusals();
  const old = portOpen(portName("service"));
  expect("the first version", ask(<u64>old), 1);
  expect("as new as itself", start("service-1"), Errno.EEXIST);
  const second = start("service-2");
  expect("started", second > 0 ? 1 : second, 1);
  expect("who asks the old one", ask(<u64>old), Errno.EPIPE);
  handleClose(<u64>old);
  const port = portOpen(portName("service"));
  expect("the second version", ask(<u64>port), 2);
  expect("back to the first", start("service-1"), Errno.EEXIST);
  expect("unloaded", end("service"), 0);
  expect("that was my child", wait(heapStart()), second);
  expect("which ended well", load64(heapStart()), 0);
  expect("twice", end("service"), Errno.ENOENT);
  expect("nobody answers", ask(<u64>port), Errno.EPIPE);
  const again = start("service-1");
  expect("the first again", ask(<u64>portOpen(portName("service"))), 1);
  expect("and its end", end("service"), 0);
  expect("my other child", wait(0), again);
  plain();
  if (failures == 0) printLine("replaced, unloaded and loaded again");
  return failures;
}

/** A program that is no module, as often as one likes. */
function plain(): void {
  const one = start("plain");
  const two = start("plain");
  expect("the first", wait(heapStart()), one);
  expect("with what it returned", load64(heapStart()) & Ending.STATUS, 3);
  expect("the second", wait(0), two);
}

function ask(port: u64): i64 {
  setWord(0, 0);
  const words = call(port, 1);
  return words == 1 ? <i64>word(0) : words;
}

function refusals(): void {
  expect("no name", spawn(heapStart(), 0), Errno.EINVAL);
  expect("no name to unload", unload(heapStart(), 0), Errno.EINVAL);
  expect("too long a name", spawn(heapStart(), 48), Errno.EINVAL);
  expect("too long a name to unload", unload(heapStart(), 48), Errno.EINVAL);
  expect("a name nowhere", spawn(0x2_0000, 8), Errno.EFAULT);
  expect("a name in the kernel", unload(0xffff_8000_0000_0000, 8), Errno.EFAULT);
  expect("a stranger", start("stranger"), Errno.ENOENT);
  expect("half a name", start("service"), Errno.ENOENT);
  expect("a stranger to unload", end("stranger"), Errno.ENOENT);
  expect("what is no module", end("plain"), Errno.ENOENT);
  expect("itself", end("manager"), Errno.EINVAL);
  expect("itself again", start("manager"), Errno.EEXIST);
}
