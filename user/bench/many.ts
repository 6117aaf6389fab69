import { mprotect, Protect, store8 } from "nitros";
import { begin, end, map, PAGE, READ_WRITE, TIMES, unmap } from "./measure";

/** What is measured in a space with many regions. bench/linux/many.h is the same for Linux. */

/** Beside the one that is measured. */
const OTHERS: u64 = 1000;
const REGIONS: u64 = OTHERS + 1;
const BYTES: u64 = 2 * REGIONS * PAGE;

/**
 * Regions of a page each, with a page free below each. Mapped by twos, so that they lie in a row wherever the kernel begins, and not at a multiple
 * of 2 MiB with a wider gap beside them.
 */
function spread(protection: u64): u64 {
  let at = u64.MAX_VALUE;
  for (let i: u64 = 0; i < REGIONS; i++) at = min(at, map(2 * PAGE, 0));
  const error = mprotect(at, BYTES, protection);
  assert(error == 0);
  for (let page = at; page < at + BYTES; page += 2 * PAGE) unmap(page, PAGE);
  return at;
}

/** Two pages fit only in the middle, where one of the regions goes. The others may not be written, or the two would become one with them. */
export function mapPairMany(): void {
  const at = spread(Protect.READ);
  const middle = at + OTHERS * PAGE;
  unmap(middle + PAGE, PAGE);
  const first = map(2 * PAGE, 0);
  assert(first >= middle && first <= middle + PAGE);
  unmap(first, 2 * PAGE);
  begin();
  for (let i: u64 = 0; i < TIMES; i++) unmap(map(2 * PAGE, 0), 2 * PAGE);
  end(TIMES);
  unmap(at, BYTES);
}

/** Each write is in another region than the one before. */
export function faultWriteMany(): void {
  const at = spread(READ_WRITE);
  begin();
  for (let page = at + PAGE; page < at + BYTES; page += 2 * PAGE) store8(page, 1);
  end(REGIONS);
  unmap(at, BYTES);
}
