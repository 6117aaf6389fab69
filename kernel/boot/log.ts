import { Zone, ZONE_COUNT } from "../address/zones";
import { zoneFirst, zoneLast, zoneName } from "../address/layout";
import { panic } from "../console/panic";
import { Style, style } from "../console/style";
import {
  newLine,
  padTo,
  print,
  printBytes,
  printBytesCount,
  printDecimal,
  printHex,
  printHexShort,
  printLine,
  printVirtual,
  putByte,
} from "../console/text";
import { onlineCpus } from "../cpu/online";
import { colourCount } from "../frames/colours";
import { freeFrames, ownedFrames, reservedFrames, totalFrames, usedFrames } from "../frames/counts";
import { frameErrorText } from "../frames/errors";
import { FrameOwner } from "../frames/owners";
import { frameErrorFound, frameErrorNeeded } from "../frames/refusals";
import { moduleName } from "../bootinfo/bootinfo";
import { MODULE_NAME_BYTES } from "../bootinfo/layout";
import { hasHugePages, protectionsEnabled, protectionsPresent } from "../paging/features";
import { Protection, PROTECTION_COUNT } from "../paging/protections";
import { isRandomised } from "../random/aslr";
import { manifestErrorText } from "../manifests/errors";
import { imageErrorFound, imageManifestError } from "../tasks/image";
import { quotaText } from "../quotas/layout";
import { ImageError, imageErrorText } from "../tasks/image-errors";
import { taskCount } from "../tasks/task";
import { clockRate } from "../time/clock-rate";
import { hpetPeriod } from "../time/hpet";
import { HpetState, hpetStateText } from "../time/hpet-state";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import {
  directMapBase,
  flags,
  kernelBytes,
  kernelVirtual,
  moduleCount,
  seed,
  segmentBytes,
  segmentCount,
  segmentRights,
  segmentVirtual,
} from "../bootinfo/bootinfo";
import { BootFlag, SegmentRight } from "../bootinfo/layout";
import { printMemoryMap } from "./map-log";
import { printTopology } from "./topology-log";

/** What the boot tells people: a heading a phase, and below it what the phase did. The trace gets the same as records. */
function heading(number: string, text: string): void {
  newLine();
  style(Style.FAINT);
  print(number);
  print("  ");
  style(Style.HEADING);
  printLine(text);
  style(Style.PLAIN);
}

export function phaseBootinfo(): void {
  style(Style.HEADING);
  printLine("NitrOS memory manager");
  style(Style.PLAIN);
  heading("1", "The boot agent handed over bootinfo_t");
  print("   kernel    ");
  printBytesCount(kernelBytes());
  print(" at ");
  printVirtual(kernelVirtual());
  printLine(isRandomised() ? ", a base drawn for this boot" : ", the first of its zone (ASLR is off)");
  print("   programs  ");
  printDecimal(moduleCount());
  newLine();
  print("   random    ");
  if ((flags() & BootFlag.SEEDED) != 0) {
    print("seed ");
    printHex(seed(), 16);
    printLine(": this boot can be repeated");
  } else {
    printLine("from the machine's entropy");
  }
  trace(RecordKind.RANDOM, seed(), kernelVirtual(), directMapBase());
}

export function phaseMemoryMap(): void {
  heading("2", "The firmware's memory map, put in order");
  printMemoryMap();
}

export function phaseFrames(): void {
  heading("3", "Frames of 4 KiB, each accounted for");
  print("   free ");
  printDecimal(freeFrames());
  print(" + reserved ");
  printDecimal(reservedFrames());
  print(" + in use ");
  printDecimal(usedFrames());
  print(" = ");
  printDecimal(totalFrames());
  print(" (");
  printBytesCount(totalFrames() * 4096);
  printLine(" of RAM)");
  printTopology();
  logColours();
  trace(RecordKind.FRAMES, freeFrames(), reservedFrames(), usedFrames());
}

function logColours(): void {
  print("   ");
  printDecimal(colourCount());
  if (colourCount() == 1) printLine(" colour: the processor names no second-level cache that has more");
  else printLine(" colours, by the second-level cache");
}

export function phaseKernelSpace(reclaimed: u64): void {
  heading("4", "The kernel's own page tables, in place of the firmware's");
  for (let zone: u32 = 0; zone < ZONE_COUNT; zone++) {
    logZone(zone);
    if (zone == Zone.KERNEL) for (let i: u32 = 0; i < segmentCount(); i++) logSegment(i);
    if (zone == Zone.DIRECT_MAP) logDirectMap();
  }
  print("   tables    ");
  printDecimal(ownedFrames(FrameOwner.PAGE_TABLE));
  print(" frames; ");
  printDecimal(reclaimed);
  printLine(" frames of the boot agent are free now");
}

function logZone(zone: u32): void {
  trace(RecordKind.ZONE, zoneFirst(zone), zoneLast(zone), zone);
  print("   ");
  printVirtual(zoneFirst(zone));
  print(" – ");
  printVirtual(zoneLast(zone));
  print("  ");
  style(Style.HEADING);
  printLine(zoneName(zone));
  style(Style.PLAIN);
}

function logDirectMap(): void {
  print("     ");
  printVirtual(directMapBase());
  print("  rw-  all RAM in ");
  print(hasHugePages() ? "1 GiB and 2 MiB" : "2 MiB");
  printLine(" pages, read-only where it is kernel text or constants");
}

function logSegment(index: u32): void {
  const first = segmentVirtual(index);
  const bytes = segmentBytes(index);
  const rights = segmentRights(index);
  trace(RecordKind.SEGMENT, first, first + bytes - 1, rights);
  print("     ");
  printVirtual(first);
  print("  ");
  putByte((rights & SegmentRight.READ) != 0 ? 0x72 : 0x2d);
  putByte((rights & SegmentRight.WRITE) != 0 ? 0x77 : 0x2d);
  putByte((rights & SegmentRight.EXECUTE) != 0 ? 0x78 : 0x2d);
  print("  ");
  print(segmentText(rights));
  print(", ");
  printBytesCount(bytes);
  printLine("");
}

function segmentText(rights: u32): string {
  if ((rights & SegmentRight.EXECUTE) != 0) return "kernel text";
  if ((rights & SegmentRight.SEALED) != 0) return "kernel sealed data (writable until phase 6)";
  return (rights & SegmentRight.WRITE) != 0 ? "kernel data" : "kernel constants";
}

export function phaseProtections(): void {
  heading("5", "Protections of the CPU");
  const enabled = protectionsEnabled();
  trace(RecordKind.PROTECTIONS, protectionsPresent(), enabled, 0);
  for (let bit: u32 = 0; bit < PROTECTION_COUNT; bit++) logProtection(bit, (enabled >> bit) & 1);
}

function logProtection(bit: u32, enabled: u32): void {
  print("   ");
  print(protectionName(bit));
  padTo(8);
  style(enabled != 0 ? Style.GOOD : Style.NOTICE);
  print(enabled != 0 ? "on     " : "absent ");
  style(Style.PLAIN);
  print(" ");
  printLine(enabled != 0 ? protectionText(bit) : absenceText(bit));
}

function protectionName(bit: u32): string {
  if (bit == 0) return "NX";
  if (bit == 1) return "WP";
  if (bit == 2) return "SMEP";
  if (bit == 3) return "SMAP";
  return bit == 4 ? "UMIP" : "PGE";
}

function protectionText(bit: u32): string {
  if (bit == 0) return "data is never executed";
  if (bit == 1) return "the kernel, too, respects read-only pages";
  if (bit == 2) return "the kernel never executes user pages";
  if (bit == 3) return "the kernel touches user pages only to copy, when asked";
  return bit == 4 ? "programs cannot ask where the descriptor tables are" : "kernel pages stay in the TLB across tasks";
}

function absenceText(bit: u32): string {
  if (bit == 0) return "this CPU cannot forbid executing data";
  if (bit == 2) return "a mistaken jump of the kernel into user pages would run";
  if (bit == 3) return "a mistaken access of the kernel to user pages would go through";
  return "this CPU does not have it";
}

/** Of the HPET, and what it says of the clock: `state` is a HpetState. */
export function timer(state: u32): void {
  trace(RecordKind.HPET, state, hpetPeriod(), clockRate());
  print("   clock     ");
  if (state != HpetState.COUNTS) {
    print("nobody knows how fast it is: HPET: ");
    printLine(hpetStateText(state));
    return;
  }
  print("about ");
  printDecimal(clockRate() / HERTZ_A_MEGAHERTZ);
  print(" MHz, by the HPET, which counts at ");
  printDecimal(FEMTOSECONDS_A_SECOND / hpetPeriod() / HERTZ_A_MEGAHERTZ);
  printLine(" MHz");
}

const FEMTOSECONDS_A_SECOND: u64 = 1_000_000_000_000_000;
const HERTZ_A_MEGAHERTZ: u64 = 1_000_000;

/** Only when there is more than one to start. */
export function cpus(wanted: u32): void {
  const running = <u32>popcnt<u64>(onlineCpus());
  trace(RecordKind.CPUS, running, wanted, 0);
  print("   cpus      ");
  printDecimal(running);
  print(" of ");
  printDecimal(wanted);
  printLine(running == wanted ? " run" : " run; the others did not answer within a second");
}

export function phaseSeal(): void {
  heading("6", "The sealed section is read-only from here on");
  const noExecute = (protectionsEnabled() & Protection.NX) != 0;
  print(noExecute ? "   no page is both writable and executable" : "   without NX, what can be read can be executed");
  printLine("; nothing unlocks it again");
}

export function phaseTasks(): void {
  heading("7", "Programs, each in an address space of its own");
  print("   ");
  printDecimal(taskCount());
  print(taskCount() == 1 ? " task, " : " tasks, ");
  printDecimal(ownedFrames(FrameOwner.USER));
  print(" frames of theirs, ");
  printDecimal(ownedFrames(FrameOwner.PAGE_TABLE));
  printLine(" of page tables in all");
  newLine();
}

/** The frame allocator could not begin: says what there is and what it takes, and ends the machine. */
export function refusedMemory(error: u32): void {
  print("   found ");
  printBytesCount(frameErrorFound());
  print(", needed ");
  printBytesCount(frameErrorNeeded());
  newLine();
  panic(frameErrorText(error), frameErrorFound());
}

const refusedName = memory.data(48);
if (MODULE_NAME_BYTES != 48) ERROR("refusedName holds the name of a module");

/** A program whose image could not be loaded. The others run. */
export function refusedImage(module: u32, error: u32): void {
  style(Style.BAD);
  print("program ");
  printBytes(refusedName, moduleName(module, refusedName));
  print(" refused: ");
  style(Style.PLAIN);
  print(imageErrorText(error));
  print(" ");
  if (error == ImageError.BAD_MANIFEST) print(manifestErrorText(imageManifestError()));
  if (error == ImageError.BAD_MANIFEST) print(" ");
  if (error == ImageError.OVER_QUOTA) print(quotaText(<u32>imageErrorFound(error)));
  else printHexShort(imageErrorFound(error));
  newLine();
}
