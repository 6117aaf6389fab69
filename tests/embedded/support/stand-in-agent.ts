import { MemoryType, type FirmwareHost, type Handover } from "../../../machine/firmware/types.ts";
import { BootFlag, BootinfoAt } from "../../../kernel/bootinfo/layout.ts";

/**
 * A boot agent of a page, for tests of the machine alone: a fixed layout, no firmware, no randomness.
 *
 *     p0x100000  bootinfo, segments, modules, memory map
 *     p0x110000  handover tables
 *     p0x200000  kernel
 *     p0x1000000 modules, 64 KiB apart or more
 */
export interface StandInRequest {
  readonly kernelElf: Uint8Array;
  readonly programs: readonly { readonly name: string; readonly image: Uint8Array }[];
  readonly memoryBytes: bigint;
  readonly seed?: bigint;
  readonly trace?: true;
  readonly crash?: number;
  readonly failAllocation?: number;
}

const BOOTINFO = 0x10_0000n;
const SEGMENTS = 0x10_1000n;
const MODULES = 0x10_2000n;
const MAP = 0x10_4000n;
const TABLES = 0x11_0000n;
const TABLES_BYTES = 0x10_000n;
const KERNEL = 0x20_0000n;
const PROGRAMS = 0x100_0000n;
const STRIDE = 48n;
const KERNEL_VIRTUAL = 0xffff_8000_0000_0000n;
const DIRECT_MAP = 0xffff_a000_0000_0000n;
const LARGE = 0x20_0000n;

interface Segment {
  readonly flags: number;
  readonly virtual: bigint;
  readonly bytes: bigint;
}

export function standInAgent(host: FirmwareHost, request: StandInRequest): Handover {
  const { entry, segments } = loadKernel(host, request.kernelElf);
  const kernelBytes = segments.reduce((sum, { bytes }) => sum + bytes, 0n);
  const programsEnd = loadPrograms(host, request.programs);
  const mapBytes = writeMap(host, request.memoryBytes, kernelBytes, programsEnd);
  writeTables(host, request.memoryBytes, kernelBytes);
  segments.forEach((segment, index) => writeSegment(host, SEGMENTS + BigInt(index) * 32n, segment));
  writeBootinfo(host, request, { kernelBytes, mapBytes, segments: segments.length });
  return { entry: KERNEL_VIRTUAL + entry, cr3: TABLES, bootinfo: BOOTINFO };
}

function loadKernel(host: FirmwareHost, elf: Uint8Array): { entry: bigint; segments: Segment[] } {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  const segments = Array.from({ length: view.getUint16(56, true) }, (_, index) => {
    const at = 64 + index * 56;
    const [offset, virtual, , fileBytes, bytes] = [8, 16, 24, 32, 40].map((field) =>
      view.getBigUint64(at + field, true),
    );
    host.copyIn(KERNEL + virtual!, elf.subarray(Number(offset), Number(offset! + fileBytes!)));
    return { flags: view.getUint32(at + 4, true), virtual: virtual!, bytes: bytes! };
  });
  return { entry: view.getBigUint64(24, true), segments };
}

function writeSegment(host: FirmwareHost, at: bigint, { flags, virtual, bytes }: Segment): void {
  host.store64(at, KERNEL_VIRTUAL + virtual);
  host.store64(at + 8n, KERNEL + virtual);
  host.store64(at + 16n, bytes);
  host.store32(at + 24n, flags);
}

function loadPrograms(host: FirmwareHost, programs: StandInRequest["programs"]): bigint {
  let next = PROGRAMS;
  programs.forEach(({ name, image }, index) => {
    const at = MODULES + BigInt(index) * 64n;
    host.copyIn(next, image);
    host.store64(at, next);
    host.store64(at + 8n, BigInt(image.length));
    host.copyIn(at + 16n, new TextEncoder().encode(name));
    next += (BigInt(image.length) + 0xffffn) & ~0xffffn;
  });
  return next;
}

function writeMap(host: FirmwareHost, memoryBytes: bigint, kernelBytes: bigint, programsEnd: bigint): bigint {
  const { CONVENTIONAL, LOADER_DATA } = MemoryType;
  const ranges: [number, bigint, bigint][] = [
    [CONVENTIONAL, 0n, 0x9_f000n],
    [LOADER_DATA, BOOTINFO, KERNEL + kernelBytes],
    [CONVENTIONAL, KERNEL + kernelBytes, PROGRAMS],
    [LOADER_DATA, PROGRAMS, programsEnd],
    [CONVENTIONAL, programsEnd, memoryBytes],
  ];
  const used = ranges.filter(([, start, end]) => start < end);
  used.forEach(([type, start, end], index) => {
    const at = MAP + BigInt(index) * STRIDE;
    host.store32(at, type);
    host.store64(at + 8n, start);
    host.store64(at + 24n, (end - start) >> 12n);
    host.store64(at + 32n, 0xfn);
  });
  return BigInt(used.length) * STRIDE;
}

/** Tables of 2 MiB and 1 GiB pages: low memory one to one, the direct map, the kernel. P, R/W, and PS in the leaves. */
function writeTables(host: FirmwareHost, memoryBytes: bigint, kernelBytes: bigint): void {
  const table = (index: bigint) => TABLES + index * 0x1000n;
  const link = (from: bigint, index: bigint, to: bigint) => host.store64(table(from) + index * 8n, table(to) | 3n);
  link(0n, 0n, 1n);
  link(0n, 320n, 1n);
  link(0n, 256n, 2n);
  link(2n, 0n, 3n);
  for (let giga = 0n; giga << 30n < memoryBytes; giga++) host.store64(table(1n) + giga * 8n, (giga << 30n) | 0x83n);
  for (let page = 0n; page * LARGE < kernelBytes; page++) {
    host.store64(table(3n) + page * 8n, (KERNEL + page * LARGE) | 0x83n);
  }
}

function writeBootinfo(
  host: FirmwareHost,
  request: StandInRequest,
  sizes: { readonly kernelBytes: bigint; readonly mapBytes: bigint; readonly segments: number },
): void {
  const at = (field: keyof typeof BootinfoAt) => BOOTINFO + BigInt(BootinfoAt[field]);
  host.copyIn(BOOTINFO, new TextEncoder().encode("NITRBOOT"));
  host.store32(at("version"), 1);
  host.store32(at("size"), 216);
  host.store32(at("descriptorStride"), Number(STRIDE));
  host.store32(at("descriptorVersion"), 1);
  host.store32(at("kernelSegmentCount"), sizes.segments);
  host.store32(at("moduleCount"), request.programs.length);
  host.store32(at("crash"), request.crash ?? 0);
  host.store32(at("failAllocation"), request.failAllocation ?? 0);
  const traced = request.trace ? BootFlag.TRACE : 0;
  host.store32(at("flags"), BootFlag.SEEDED | BootFlag.NO_ASLR | traced);
  const words: [keyof typeof BootinfoAt, bigint][] = [
    ["memoryMap", MAP],
    ["memoryMapBytes", sizes.mapBytes],
    ["kernelPhysical", KERNEL],
    ["kernelVirtual", KERNEL_VIRTUAL],
    ["kernelBytes", sizes.kernelBytes],
    ["kernelSegments", SEGMENTS],
    ["modules", MODULES],
    ["directMapVirtual", DIRECT_MAP],
    ["seed", request.seed ?? 1n],
    ["loaderTables", TABLES],
    ["loaderTablesBytes", TABLES_BYTES],
  ];
  for (const [field, value] of words) host.store64(at(field), value);
}
