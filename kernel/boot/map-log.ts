import { Style, style } from "../console/style";
import { newLine, padTo, print, printBytesCount, printDecimal, printPhysical, printLine, putByte } from "../console/text";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { anomalyCount, anomalyText, ANOMALY_KINDS } from "./map-anomalies";
import { descriptorCount, isRam, rangeCount, rangeFirst, RangeKind, rangeKind, rangeKindName, rangeLast } from "./memory-map";
import { descriptorStride } from "./bootinfo";

/**
 * The memory map as a person reads it: one strip that shows all RAM at once, then the ranges.
 *
 *     |#######################.....KKKK....+++#############|
 */
const STRIP_CELLS: u64 = 64;

export function printMemoryMap(): void {
  print("   ");
  printDecimal(descriptorCount());
  print(" descriptors of ");
  printDecimal(descriptorStride());
  print(" bytes; ");
  printBytesCount(ramBytes());
  printLine(" of RAM");
  printStrip();
  for (let i: u32 = 0; i < rangeCount(); i++) {
    trace(RecordKind.MEMORY_RANGE, rangeFirst(i), rangeLast(i), rangeKind(i));
    printRange(i);
  }
  for (let kind: u32 = 0; kind < ANOMALY_KINDS; kind++) printAnomaly(kind);
}

function ramBytes(): u64 {
  let bytes: u64 = 0;
  for (let i: u32 = 0; i < rangeCount(); i++) {
    if (isRam(rangeKind(i))) bytes += rangeLast(i) - rangeFirst(i) + 1;
  }
  return bytes;
}

function printRange(index: u32): void {
  const first = rangeFirst(index);
  const last = rangeLast(index);
  print("   ");
  printPhysical(first);
  print(" – ");
  printPhysical(last);
  padTo(34);
  printSizeIn(last - first + 1, 46);
  print("  ");
  style(styleOf(rangeKind(index)));
  printLine(rangeKindName(rangeKind(index)));
  style(Style.PLAIN);
}

function printSizeIn(bytes: u64, column: u32): void {
  printBytesCount(bytes);
  padTo(column);
}

function printAnomaly(kind: u32): void {
  const count = anomalyCount(kind);
  if (count == 0) return;
  style(Style.NOTICE);
  print("   note: ");
  printDecimal(count);
  print(" ");
  printLine(anomalyText(kind));
  style(Style.PLAIN);
}

function styleOf(kind: u32): u32 {
  if (kind == RangeKind.FREE) return Style.GOOD;
  if (kind == RangeKind.KERNEL || kind == RangeKind.MODULE) return Style.KERNEL;
  return isRam(kind) ? Style.NOTICE : Style.DEVICE;
}
