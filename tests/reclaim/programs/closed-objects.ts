/** Who maps memory objects and closes their handles has them all the same: when no memory is left, that one ends, and not the parent with its few MiB. */
import {
  Ending,
  exit,
  fork,
  handleClose,
  heapStart,
  load64,
  MapFlag,
  memoryCreate,
  mmap,
  mmapShared,
  printLine,
  Protect,
  store64,
  wait,
} from "nitros";

const PAGE: u64 = 4096;
const OWN: u64 = 4 << 20;
const OBJECT: u64 = 16 << 20;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;

export function main(): i32 {
  const own = <u64>mmap(0, OWN, READ_WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS);
  if (fork() == 0) takeAll();
  for (let at: u64 = 0; at < OWN; at += PAGE) store64(own + at, at);
  wait(heapStart());
  if ((load64(heapStart()) & Ending.KILLED) == 0) return 1;
  for (let at: u64 = 0; at < OWN; at += PAGE) if (load64(own + at) != at) return 2;
  printLine("my copy was ended");
  return 0;
}

/** Does not return. */
function takeAll(): void {
  for (;;) {
    const object = <u64>memoryCreate(OBJECT);
    const at = mmapShared(0, OBJECT, READ_WRITE, 0, object, 0);
    if (at < 0 || handleClose(object) != 0) exit(1);
    for (let offset: u64 = 0; offset < OBJECT; offset += PAGE) store64(<u64>at + offset, offset);
  }
}
