/** A call misses a page that never comes, and is over: what is mapped there next is asked for, as if nothing had been missed. */
import {
  Errno,
  exit,
  fork,
  handleRevoke,
  heapStart,
  load64,
  log,
  MapFlag,
  memoryServe,
  memorySupply,
  mmapShared,
  munmap,
  portCreate,
  printLine,
  Protect,
  receive,
  reply,
  store64,
  wait,
  word,
} from "nitros";

const PAGE: u64 = 4096;

export function main(): i32 {
  const port = <u64>portCreate(0);
  const one = <u64>memoryServe(PAGE, port, 1);
  const two = <u64>memoryServe(PAGE, port, 2);
  const own = heapStart();
  store64(own, 42);
  const at = <u64>mmapShared(0, PAGE, Protect.READ, 0, one, 0);
  if (fork() == 0) exit(client(at, two));
  if (receive(port) != 4 || word(1) != 1) return 1;
  // Both mappings go, and the copy's call has nothing to wait for.
  if (munmap(at, PAGE) != 0 || handleRevoke(one) != 0) return 2;
  reply(0);
  if (receive(port) != 4 || word(1) != 2) return 3;
  if (memorySupply(two, 0, own, PAGE) != PAGE) return 4;
  reply(0);
  wait(own);
  if (load64(own) != 0) return 5;
  printLine("the second page was asked for, and came");
  return 0;
}

function client(at: u64, two: u64): i32 {
  if (log(at, 16) != Errno.EFAULT) return 1;
  if (mmapShared(at, PAGE, Protect.READ, MapFlag.FIXED, two, 0) != <i64>at) return 2;
  return load64(at) == 42 ? 0 : 3;
}
