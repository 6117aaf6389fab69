/**
 * Has memory of several kinds when it ends, and so has a copy of it, which ends first: pages of which some were written and some read, a large
 * page, shared memory, pages in a table that the copy never makes its own; one page is sealed.
 */
import { exit, fork, load64, MapFlag, memoryCreate, mmap, mmapShared, mseal, Protect, store64, wait } from "nitros";

const PAGE: u64 = 4096;
const LARGE: u64 = 2 << 20;
/** So far that no table for pages serves both. */
const APART: u64 = 1 << 30;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const OWN: u64 = MapFlag.PRIVATE | MapFlag.ANONYMOUS;

export function main(): i32 {
  const pages = <u64>mmap(0, 8 * PAGE, READ_WRITE, OWN);
  const large = <u64>mmap(0, 2 * LARGE, READ_WRITE, OWN);
  const handle = memoryCreate(4 * PAGE);
  const shared = <u64>mmapShared(0, 4 * PAGE, READ_WRITE, 0, <u64>handle, 0);
  const apart = <u64>mmap(pages + APART, 3 * PAGE, READ_WRITE, OWN);
  for (let page: u64 = 0; page < 3; page++) store64(pages + page * PAGE, 1);
  load64(pages + 3 * PAGE);
  load64(pages + 4 * PAGE);
  store64(large, 1);
  store64(apart, 1);
  store64(shared, 1);
  load64(shared + PAGE);
  mseal(pages + 7 * PAGE, PAGE);
  if (fork() == 0) {
    store64(pages + 2 * PAGE, 2);
    exit(0);
  }
  return wait(0) > 0 ? 0 : 1;
}
