/** Takes what `lends` gives, reads it, makes copies of it, and gives all of it up again. */
import {
  call,
  gotHandle,
  handleClose,
  load64,
  mmapCopies,
  mmapShared,
  munmap,
  pageBytes,
  portName,
  portOpen,
  Protect,
  setWord,
  store64,
  word,
} from "nitros";

export function main(): i32 {
  const port = <u64>portOpen(portName("lends"));
  ask(port, 0);
  const low = word(0);
  ask(port, 1);
  const shared = <u64>mmapShared(0, 2 * pageBytes(), Protect.READ, 0, gotHandle(), 0);
  ask(port, 2);
  const served = gotHandle();
  const pages = <u64>mmapShared(0, pageBytes(), Protect.READ, 0, served, 0);
  const copies = <u64>mmapCopies(0, pageBytes(), Protect.READ | Protect.WRITE, 0, served, 0);
  if (load64(shared + pageBytes()) != low || load64(pages) != low) return 1;
  store64(copies + 8, low);
  ask(port, 3);
  munmap(pages, pageBytes());
  munmap(copies, pageBytes());
  handleClose(served);
  setWord(1, 0);
  ask(port, 4);
  return 0;
}

function ask(port: u64, what: u64): void {
  setWord(0, what);
  call(port, 1);
}
