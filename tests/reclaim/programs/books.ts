/** What `library` serves, as its clients know it. Others may have all memory for a moment: what a call is refused for that it is asked for again. */
import { call, Errno, gotHandle, mmapCopies, mmapShared, msync, portName, portOpen, setWord, yieldNow } from "nitros";

export const PAGE: u64 = 4096;
export const BOOK: u64 = 1;
export const NOTES: u64 = 2;
/** 96 MiB, and 4. */
export const BOOK_PAGES: u64 = 24576;
export const NOTES_PAGES: u64 = 1024;

/** What the book's page begins with. */
export function contentOf(page: u64): u64 {
  return (page + 1) * 0x9e37_79b9_7f4a_7c15;
}

/** Maps one of the two; its address. */
export function borrow(key: u64, pages: u64, rights: u64): u64 {
  ask(key);
  let at = mmapShared(0, pages * PAGE, rights, 0, gotHandle(), 0);
  for (; at == Errno.ENOMEM; yieldNow()) at = mmapShared(0, pages * PAGE, rights, 0, gotHandle(), 0);
  return <u64>at;
}

/** The same, but what is written to it is the task's own. */
export function borrowCopies(key: u64, pages: u64, rights: u64): u64 {
  ask(key);
  let at = mmapCopies(0, pages * PAGE, rights, 0, gotHandle(), 0);
  for (; at == Errno.ENOMEM; yieldNow()) at = mmapCopies(0, pages * PAGE, rights, 0, gotHandle(), 0);
  return <u64>at;
}

/** When this returns, the library serves. */
export function ask(key: u64): void {
  let port = portOpen(portName("library"));
  for (; port == Errno.ENOMEM; yieldNow()) port = portOpen(portName("library"));
  setWord(0, key);
  while (call(<u64>port, 1) == Errno.ENOMEM) {
    yieldNow();
    setWord(0, key);
  }
}

/** True when the library has what was written. */
export function giveBack(at: u64, pages: u64): bool {
  let result = msync(at, pages * PAGE);
  for (; result == Errno.ENOMEM; yieldNow()) result = msync(at, pages * PAGE);
  return result == 0;
}
