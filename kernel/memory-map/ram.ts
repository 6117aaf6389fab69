import { isRam } from "./kinds";
import { rangeCount, rangeFirst, rangeKind, rangeLast } from "./ranges";

/** What of physical memory is RAM, by the memory map. */

/** Is any byte from `first` to `last` RAM? */
export function touchesRam(first: u64, last: u64): bool {
  for (let i: u32 = 0; i < rangeCount(); i++) {
    if (isRam(rangeKind(i)) && rangeFirst(i) <= last && first <= rangeLast(i)) return true;
  }
  return false;
}

/** Are all `bytes` from `first` on? None are not, nor are those that wrap around. */
export function isRamThroughout(first: u64, bytes: u64): bool {
  const end = first + bytes;
  let done = first;
  for (let i: u32 = 0; i < rangeCount() && done < end; i++) {
    if (isRam(rangeKind(i)) && rangeFirst(i) <= done && done <= rangeLast(i)) done = rangeLast(i) + 1;
  }
  return end > first && done >= end;
}
