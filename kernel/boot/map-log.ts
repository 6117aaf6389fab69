import { Style, style } from "../console/style";
import {
  newLine,
  padTo,
  print,
  printBytesCount,
  printDecimal,
  printHexShort,
  printLine,
  printPhysical,
} from "../console/text";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { descriptorCount, descriptorStride } from "../bootinfo/bootinfo";
import {
  anomalyCount,
  anomalyFirst,
  anomalyText,
  ANOMALY_COUNT,
  isRam,
  rangeCount,
  rangeFirst,
  RangeKind,
  rangeKind,
  rangeKindName,
  rangeLast,
} from "../memory-map/memory-map";
import { printStrip } from "./map-strip";

/** The memory map as a person reads it: one strip that shows all RAM at once, then the ranges, then what was odd about it. */
export function printMemoryMap(): void {
  print("   ");
  printDecimal(descriptorCount());
  print(" descriptors of ");
  printDecimal(descriptorStride());
  print(" bytes; ");
  printBytesCount(ramBytes());
  printLine(" of RAM");
  printStrip(ramBytes());
  for (let i: u32 = 0; i < rangeCount(); i++) {
    trace(RecordKind.MEMORY_RANGE, rangeFirst(i), rangeLast(i), rangeKind(i));
    printRange(i);
  }
  for (let kind: u32 = 0; kind < ANOMALY_COUNT; kind++) printAnomaly(kind);
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
  printBytesCount(last - first + 1);
  padTo(46);
  style(styleOf(rangeKind(index)));
  printLine(rangeKindName(rangeKind(index)));
  style(Style.PLAIN);
}

function printAnomaly(kind: u32): void {
  const count = anomalyCount(kind);
  if (count == 0) return;
  style(Style.NOTICE);
  print("   note: ");
  printDecimal(count);
  print(count == 1 ? " descriptor " : " descriptors ");
  print(anomalyText(kind));
  print(", the first ");
  printHexShort(anomalyFirst(kind));
  newLine();
  style(Style.PLAIN);
}

function styleOf(kind: u32): u32 {
  if (kind == RangeKind.FREE) return Style.GOOD;
  if (kind == RangeKind.KERNEL || kind == RangeKind.MODULE) return Style.KERNEL;
  return isRam(kind) ? Style.NOTICE : Style.DEVICE;
}
