/**
 * RAM that is in the firmware's last map and was not in the one that the handover tables were made from: the kernel would hand it out,
 * and nothing maps it. Boot services are gone and tables cannot be made any more, so the map that the kernel gets says "reserved".
 */
import { EfiType, isRamType } from "../../kernel/bootinfo/efi-memory";
import { appendDescriptor, descriptorCount, descriptorType, setDescriptorType } from "../uefi/memory-map";
import { PAGE_BYTES } from "../uefi/pages";
import { endOf, isBelievedRam, rangeCount, rangeEnd, rangeStart, startOf } from "./ram";

/** Only stores. Needs the ranges that `findRam` found, and the last map. */
export function reserveLateRam(): void {
  const count = descriptorCount();
  for (let i: u64 = 0; i < count; i++) if (isBelievedRam(i)) reserveUnmapped(i, count);
}

/** `count` is that of the firmware's own descriptors. */
function reserveUnmapped(index: u64, count: u64): void {
  const end = endOf(index);
  for (let at = startOf(index); at < end;) {
    const known = endOfKnown(at, count);
    if (known == at) reserve(index, at, nextMapped(at, end));
    at = known == at ? nextMapped(at, end) : known;
  }
}

/** Where what holds `at` ends, if it is mapped or is no RAM anyway; else `at`. */
function endOfKnown(at: u64, count: u64): u64 {
  for (let i: u64 = 0; i < rangeCount(); i++) if (rangeStart(i) <= at && at < rangeEnd(i)) return rangeEnd(i);
  for (let i: u64 = 0; i < count; i++) {
    if (!isRamType(descriptorType(i)) && startOf(i) <= at && at < endOf(i)) return endOf(i);
  }
  return at;
}

/** Where the first mapped range above `at` starts, `end` at most. */
function nextMapped(at: u64, end: u64): u64 {
  for (let i: u64 = 0; i < rangeCount(); i++) if (rangeStart(i) > at) return rangeStart(i) < end ? rangeStart(i) : end;
  return end;
}

/**
 * A descriptor of reserved memory over those pages: where descriptors overlap, the kernel takes the more restrictive one. When the
 * buffer has no room for it, the whole of descriptor `index` goes.
 */
function reserve(index: u64, start: u64, end: u64): void {
  if (!appendDescriptor(EfiType.RESERVED, start, (end - start) / PAGE_BYTES))
    setDescriptorType(index, EfiType.RESERVED);
}
