/** The handover tables (platform/CONTRACT.md, "Physical memory at boot"): RAM at the direct map, the kernel, the firmware's lower half. */
import { text } from "../console";
import { endError, startError, Status } from "../errors";
import { readCr3, readCr4 } from "../firmware";
import { rangeCount, rangeEnd, rangeStart } from "./ram";
import { allocateTables, copyLowerHalf, detectPageSizes, mapRange, tablesFor } from "./tables";

/** CR4.LA57: five-level paging, SDM 3A 2.5. */
const CR4_LA57: u64 = 1 << 12;

/** The tables have four levels, and the number of levels cannot change while paging is on. */
export function refuseFiveLevels(): void {
  if ((readCr4() & CR4_LA57) == 0) return;
  startError("FiveLevelPaging");
  text("the firmware runs with CR4.LA57 set; turn 5-level paging off in its setup");
  endError(Status.BAD_MACHINE);
}

export function buildHandoverTables(directMap: u64, kernelVirtual: u64, kernelPhysical: u64, kernelBytes: u64): void {
  detectPageSizes();
  allocateTables(tablesNeeded(directMap, kernelVirtual, kernelBytes));
  copyLowerHalf(readCr3());
  mapRange(kernelVirtual, kernelPhysical, kernelBytes);
  const count = rangeCount();
  for (let i: u64 = 0; i < count; i++) {
    mapRange(directMap + rangeStart(i), rangeStart(i), rangeEnd(i) - rangeStart(i));
  }
}

function tablesNeeded(directMap: u64, kernelVirtual: u64, kernelBytes: u64): u64 {
  let total = tablesFor(kernelVirtual, kernelBytes);
  const count = rangeCount();
  for (let i: u64 = 0; i < count; i++) total += tablesFor(directMap + rangeStart(i), rangeEnd(i) - rangeStart(i));
  return total;
}
