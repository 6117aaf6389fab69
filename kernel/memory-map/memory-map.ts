import { PAGE_BYTES, PAGE_SHIFT } from "../address/pages";
import * as bootinfo from "../bootinfo/bootinfo";
import { MAX_MODULES, MODULE_BYTES, SEGMENT_BYTES, BOOTINFO_BYTES } from "../bootinfo/layout";
import { forgetAnomalies } from "./anomalies";
import { addDescriptors } from "./descriptors";
import { MapError, mapRefusal } from "./errors";
import { RangeKind } from "./kinds";
import { rangeCount, rangeFirst, rangeKind } from "./ranges";
import { addRun, forgetRuns, RUN_CAPACITY, sweep } from "./sweep";

/** The firmware's memory map, read once, as one table of ranges. Needs `checkBootinfo` to have passed. */
export { isRam, isReclaimed, isUsable, RangeKind, rangeKindName, RANGE_KIND_COUNT } from "./kinds";
export { descriptorCount } from "../bootinfo/bootinfo";
export { rangeCount, rangeFirst, rangeKind, rangeLast } from "./ranges";
export { anomalyCount, anomalyFirst } from "./anomalies";
export { Anomaly, ANOMALY_COUNT, anomalyText } from "./anomaly";
export { mapAllowed, MapError, mapErrorText, mapFound } from "./errors";

export const MAX_DESCRIPTORS: u32 = 1024;
/** Kernel, handover tables, bootinfo and its three arrays, two low pages. */
const OTHER_RUNS: u32 = 8;
if (MAX_DESCRIPTORS + MAX_MODULES + OTHER_RUNS > RUN_CAPACITY) ERROR("a full map does not fit");

/** Application processors start in real mode: below 640 KiB, above which old video memory begins. SDM 3A 9.4.4. */
const TRAMPOLINE_LIMIT: u64 = 0xa_0000;

let trampoline: u64 = 0;

/** Fills the table of ranges. Returns a MapError. */
export function readMemoryMap(): u32 {
  const count = bootinfo.descriptorCount();
  if (count > MAX_DESCRIPTORS) return mapRefusal(MapError.TOO_MANY_DESCRIPTORS, count, MAX_DESCRIPTORS);
  forgetRuns();
  forgetAnomalies();
  const usable = addDescriptors(bootinfo.memoryMap(), count, bootinfo.descriptorStride());
  if (usable == 0) return mapRefusal(MapError.NO_RAM, count, 0);
  addClaims();
  const error = sweep();
  return error == MapError.NONE ? claimTrampoline() : error;
}

/** First byte of the page in which application processors start, or 0 when no page below 640 KiB is free. */
export function trampolineAddress(): u64 {
  return trampoline;
}

function addClaims(): void {
  addRun(0, 1, RangeKind.LOW);
  addClaim(bootinfo.kernelPhysical(), bootinfo.kernelBytes(), RangeKind.KERNEL);
  addClaim(bootinfo.loaderTables(), bootinfo.loaderTablesBytes(), RangeKind.HANDOVER);
  addClaim(bootinfo.bootinfoAddress(), BOOTINFO_BYTES, RangeKind.BOOTINFO);
  addClaim(bootinfo.memoryMap(), bootinfo.memoryMapBytes(), RangeKind.BOOTINFO);
  addClaim(bootinfo.segmentsAddress(), bootinfo.segmentCount() * SEGMENT_BYTES, RangeKind.BOOTINFO);
  addClaim(bootinfo.modulesAddress(), bootinfo.moduleCount() * MODULE_BYTES, RangeKind.BOOTINFO);
  for (let i: u32 = 0; i < bootinfo.moduleCount(); i++) {
    addClaim(bootinfo.modulePhysical(i), bootinfo.moduleBytes(i), RangeKind.MODULE);
  }
}

/** Whole pages. `checkBootinfo` has seen to it that nothing wraps. */
function addClaim(address: u64, bytes: u64, kind: u32): void {
  if (bytes == 0) return;
  addRun(address >> PAGE_SHIFT, ((address + bytes - 1) >> PAGE_SHIFT) + 1, kind);
}

/** Takes the lowest free page, and normalises once more around it. */
function claimTrampoline(): u32 {
  trampoline = 0;
  for (let i: u32 = 0; i < rangeCount() && rangeFirst(i) < TRAMPOLINE_LIMIT; i++) {
    if (rangeKind(i) != RangeKind.FREE) continue;
    trampoline = rangeFirst(i);
    addRun(trampoline >> PAGE_SHIFT, (trampoline + PAGE_BYTES) >> PAGE_SHIFT, RangeKind.LOW);
    return sweep();
  }
  return MapError.NONE;
}
