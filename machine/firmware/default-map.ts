import { fileURLToPath } from "node:url";
import { MEMORY_LIMITS } from "../machine.ts";
import { readFirmwareFile } from "./map-file.ts";
import { PAGE_BYTES } from "./ranges.ts";
import { type FirmwareDescriptor, type FirmwareMap, MemoryType, type RamRange } from "./types.ts";

/** Recorded from OVMF in QEMU with this much memory; `npx tsx machine/firmware/record.ts` records it again. */
export const RECORDED_MEMORY_BYTES = 0x2000_0000;
export const recordedMapFile = fileURLToPath(new URL("recorded-ovmf.json", import.meta.url));

/** QEMU's q35 machine has all RAM below 4 GiB while there is less than this, else 2 GiB of it, and the rest from 4 GiB on. */
const LOW_RAM_LIMIT = 0xb000_0000n;
const LOW_RAM_WHEN_SPLIT = 0x8000_0000n;
const FOUR_GIGABYTES = 1n << 32n;
/** Below this, what OVMF keeps for itself leaves no room, and it would not start. */
const SMALLEST_RECORDED = 96n << 20n;
const CACHED = 0xfn;

/** A memory size that no machine has. */
export class BadMemorySize extends Error {
  override readonly name = "BadMemorySize";
  readonly status = 64;
}

/**
 * The map that OVMF would give a machine with this much memory: the recorded one, with its largest free range stretched. Machines too
 * small for OVMF get the plainest map there is.
 */
export function defaultFirmwareMap(memoryBytes: number): FirmwareMap {
  if (!Number.isSafeInteger(memoryBytes) || memoryBytes < 0 || memoryBytes > MEMORY_LIMITS.embedded.most) {
    throw new BadMemorySize(`memory of ${memoryBytes} bytes; want 0 to 512 GiB`);
  }
  const memory = (BigInt(memoryBytes) / PAGE_BYTES) * PAGE_BYTES;
  const map = memory < SMALLEST_RECORDED ? smallMap(memory) : stretchedMap(memory);
  return { ...map, installed: installedMemory(memory) };
}

function lowRamEnd(memory: bigint): bigint {
  return memory < LOW_RAM_LIMIT ? memory : LOW_RAM_WHEN_SPLIT;
}

function installedMemory(memory: bigint): RamRange[] {
  const low = lowRamEnd(memory);
  const ranges = [
    { start: 0n, end: low },
    { start: FOUR_GIGABYTES, end: FOUR_GIGABYTES + memory - low },
  ];
  return ranges.filter(({ start, end }) => start < end);
}

function stretchedMap(memory: bigint): FirmwareMap {
  const recorded = readFirmwareFile(recordedMapFile);
  const lowEnd = lowRamEnd(memory);
  const shift = lowEnd - BigInt(RECORDED_MEMORY_BYTES);
  const gap = largestFree(recorded.descriptors);
  const descriptors = recorded.descriptors.map((one) => stretch(one, gap, shift));
  const firstDevice = descriptors.findIndex(({ physicalStart }) => physicalStart >= lowEnd);
  // Where OVMF has them: RAM above 4 GiB comes before the devices.
  descriptors.splice(firstDevice < 0 ? descriptors.length : firstDevice, 0, ...highRam(memory - lowEnd));
  return { stride: recorded.stride, allocations: "carved", descriptors };
}

/** What lies above the gap moves with the end of low RAM; devices stay. */
function stretch(one: FirmwareDescriptor, gap: FirmwareDescriptor, shift: bigint): FirmwareDescriptor {
  if (one === gap) return { ...one, pageCount: one.pageCount + shift / PAGE_BYTES };
  const isHighRam = one.physicalStart > gap.physicalStart && one.physicalStart < BigInt(RECORDED_MEMORY_BYTES);
  return isHighRam ? { ...one, physicalStart: one.physicalStart + shift } : one;
}

function largestFree(descriptors: readonly FirmwareDescriptor[]): FirmwareDescriptor {
  const free = descriptors.filter(({ type }) => type === MemoryType.CONVENTIONAL);
  return free.reduce((most, one) => (one.pageCount > most.pageCount ? one : most));
}

function highRam(bytes: bigint): FirmwareDescriptor[] {
  if (bytes === 0n) return [];
  const pageCount = bytes / PAGE_BYTES;
  return [{ type: MemoryType.CONVENTIONAL, physicalStart: FOUR_GIGABYTES, pageCount, attribute: CACHED }];
}

const LOW_MEMORY_END = 0xa_0000n;
const EXTENDED_START = 0x10_0000n;
const KEPT_PAGES = { acpi: 16n, bootServices: 16n } as const;

/** Conventional memory around the PC's hole at 640 KiB, with ACPI tables and page tables at the top if there is 2 MiB or more. */
function smallMap(memory: bigint): FirmwareMap {
  const descriptors: FirmwareDescriptor[] = [];
  const add = (type: number, start: bigint, end: bigint): void => {
    if (start < end)
      descriptors.push({ type, physicalStart: start, pageCount: (end - start) / PAGE_BYTES, attribute: CACHED });
  };
  add(MemoryType.CONVENTIONAL, 0n, memory < LOW_MEMORY_END ? memory : LOW_MEMORY_END);
  if (memory >= EXTENDED_START * 2n) {
    const acpi = memory - KEPT_PAGES.acpi * PAGE_BYTES;
    const bootServices = acpi - KEPT_PAGES.bootServices * PAGE_BYTES;
    add(MemoryType.CONVENTIONAL, EXTENDED_START, bootServices);
    add(MemoryType.BOOT_SERVICES_DATA, bootServices, acpi);
    add(MemoryType.ACPI_RECLAIM, acpi, memory);
  }
  return { stride: 48, allocations: "carved", descriptors };
}
