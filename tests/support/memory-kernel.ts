import {
  BootinfoAt,
  BOOTINFO_BYTES,
  BOOTINFO_MAGIC,
  BOOTINFO_VERSION,
  SegmentRight,
} from "../../kernel/bootinfo/layout.ts";
import { compileKernelPart, readText, startKernelPart, type KernelInstance } from "./kernel-module.ts";

/** Bootinfo, memory map and frames of the kernel, on the embedded machine's physical memory, with what a boot agent hands over. */

export const PAGE = 4096n;
export const MIB = 1n << 20n;
export const GIB = 1n << 30n;

/** EFI_MEMORY_TYPE, UEFI 2.10 §7.2. */
export const EfiType = {
  RESERVED: 0,
  LOADER_CODE: 1,
  LOADER_DATA: 2,
  BOOT_CODE: 3,
  BOOT_DATA: 4,
  RUNTIME_CODE: 5,
  RUNTIME_DATA: 6,
  CONVENTIONAL: 7,
  UNUSABLE: 8,
  ACPI_RECLAIM: 9,
  ACPI_NVS: 10,
  MMIO: 11,
  MMIO_PORTS: 12,
  PAL: 13,
  PERSISTENT: 14,
  UNACCEPTED: 15,
} as const;

export interface Descriptor {
  readonly type: number;
  readonly start: bigint;
  readonly pages: bigint;
  readonly attribute?: bigint;
}

export function descriptor(type: number, start: bigint, bytes: bigint): Descriptor {
  return { type, start, pages: bytes / PAGE };
}

/** A run of bytes that bootinfo names, all of one kind. */
export interface Claim {
  readonly kind: "kernel" | "module" | "bootinfo" | "handover";
  readonly first: bigint;
  readonly bytes: bigint;
}

/** Where the agent puts what it hands over: 8 MiB of its own memory. */
export const ARENA = 16n * MIB;
export const ARENA_BYTES = 8n * MIB;
export const KERNEL_BYTES = 4n * MIB;
const KERNEL_VIRTUAL = 0xffff_8000_4000_0000n;
const DIRECT_MAP = 0xffff_a000_0000_0000n;
const BOOTINFO = ARENA + KERNEL_BYTES;
const SEGMENTS = BOOTINFO + 0x100n;
const MODULES = BOOTINFO + 0x200n;
const MAP = BOOTINFO + 0x2000n;
const TABLES = BOOTINFO + 0x2_0000n;
const TABLES_BYTES = 0x8000n;
const MODULE_IMAGES = BOOTINFO + MIB;
const MODULE_STEP = 0x4000n;
const MODULE_SIZE = 0x3005n;

export interface Handover {
  readonly descriptors: readonly Descriptor[];
  readonly stride?: number;
  readonly modules?: number;
}

/** A word of bootinfo to write over: offset from the block's start, which may reach into its arrays. */
export interface Patch {
  readonly at: number | bigint;
  readonly bytes: 4 | 8;
  readonly value: bigint | number;
}

/** Offsets of the arrays of a hand-over, for patches. */
export const SEGMENTS_AT = Number(SEGMENTS - BOOTINFO);
export const MODULES_AT = Number(MODULES - BOOTINFO);

const compiled = await compileKernelPart({ entry: "tests/frames/entry.ts", platform: "embedded" });

export class MemoryKernel {
  readonly #instance: KernelInstance;

  /** On the embedded machine, unless the test has one of its own. */
  constructor(ram: readonly { first: bigint; bytes: bigint }[], instance = startKernelPart(compiled)) {
    this.#instance = instance;
    for (const { first, bytes } of ram) this.call("ramDeclare", first, bytes);
  }

  /** Calls an export and returns its number. */
  call(name: string, ...args: (number | bigint)[]): number {
    return Number(this.wide(name, ...args));
  }

  /** Calls an export that returns a u64. */
  wide(name: string, ...args: (number | bigint)[]): bigint {
    const called = this.#instance.functions[name];
    if (called === undefined) throw new Error(`the kernel part has no ${name}`);
    return BigInt(called(...args));
  }

  /** Calls an export that returns a string. */
  text(name: string, ...args: (number | bigint)[]): string {
    return readText(this.#instance.memory, this.call(name, ...args));
  }

  get instance(): KernelInstance {
    return this.#instance;
  }

  /** Writes what a boot agent would, and returns the block's address. */
  handOver(handover: Handover, patches: readonly Patch[] = []): bigint {
    const modules = handover.modules ?? 0;
    this.#writeMap(handover.descriptors, BigInt(handover.stride ?? 48));
    this.#writeHeader(handover, modules);
    this.#writeSegments();
    for (let i = 0; i < modules; i++) this.#writeModule(BigInt(i));
    for (const { at, bytes, value } of patches) this.store(BOOTINFO + BigInt(at), bytes, BigInt(value));
    return BOOTINFO;
  }

  /** All of bring-up; fails the test on an error. */
  bringUp(handover: Handover, patches: readonly Patch[] = []): this {
    expectNone(this, "checkBootinfo", "bootinfoErrorText", this.handOver(handover, patches));
    expectNone(this, "readMemoryMap", "mapErrorText");
    expectNone(this, "framesInitialise", "frameErrorText");
    return this;
  }

  store(address: bigint, bytes: 4 | 8, value: bigint): void {
    if (bytes === 8) this.call("physStore64", address, value);
    else this.call("physStore32", address, Number(value));
  }

  #writeMap(descriptors: readonly Descriptor[], stride: bigint): void {
    descriptors.forEach(({ type, start, pages, attribute }, index) => {
      const at = MAP + BigInt(index) * stride;
      // What lies between two descriptors is the firmware's business: not zero.
      for (let word = 0n; word < stride; word += 8n) this.store(at + word, 8, 0xdddd_dddd_dddd_ddddn);
      this.store(at, 4, BigInt(type));
      this.store(at + 8n, 8, start);
      this.store(at + 24n, 8, pages);
      this.store(at + 32n, 8, attribute ?? 0xfn);
    });
  }

  #writeHeader({ descriptors, stride = 48 }: Handover, modules: number): void {
    for (let at = 0n; at < BigInt(BOOTINFO_BYTES); at += 8n) this.store(BOOTINFO + at, 8, 0n);
    const words: [at: number | bigint, value: bigint][] = [
      [BootinfoAt.memoryMap, MAP],
      [BootinfoAt.memoryMapBytes, BigInt(descriptors.length * stride)],
      [BootinfoAt.kernelPhysical, ARENA],
      [BootinfoAt.kernelVirtual, KERNEL_VIRTUAL],
      [BootinfoAt.kernelBytes, KERNEL_BYTES],
      [BootinfoAt.kernelSegments, SEGMENTS],
      [BootinfoAt.modules, MODULES],
      [BootinfoAt.directMapVirtual, DIRECT_MAP],
      [BootinfoAt.loaderTables, TABLES],
      [BootinfoAt.loaderTablesBytes, TABLES_BYTES],
    ];
    const halves: [at: number | bigint, value: number][] = [
      [BootinfoAt.version, Number(BOOTINFO_VERSION)],
      [BootinfoAt.size, Number(BOOTINFO_BYTES)],
      [BootinfoAt.descriptorStride, stride],
      [BootinfoAt.descriptorVersion, 1],
      [BootinfoAt.kernelSegmentCount, 2],
      [BootinfoAt.moduleCount, modules],
    ];
    this.store(BOOTINFO, 8, MAGIC);
    for (const [at, value] of words) this.store(BOOTINFO + BigInt(at), 8, value);
    for (const [at, value] of halves) this.store(BOOTINFO + BigInt(at), 4, BigInt(value));
  }

  #writeSegments(): void {
    const rights = [SegmentRight.READ | SegmentRight.EXECUTE, SegmentRight.READ | SegmentRight.WRITE];
    rights.forEach((right, index) => {
      const done = BigInt(index) * 2n * MIB;
      const at = SEGMENTS + BigInt(index) * 32n;
      this.store(at, 8, KERNEL_VIRTUAL + done);
      this.store(at + 8n, 8, ARENA + done);
      this.store(at + 16n, 8, 2n * MIB);
      this.store(at + 24n, 8, BigInt(right));
    });
  }

  #writeModule(index: bigint): void {
    const at = MODULES + index * 64n;
    for (let word = 16n; word < 64n; word += 8n) this.store(at + word, 8, 0n);
    this.store(at, 8, MODULE_IMAGES + index * MODULE_STEP);
    this.store(at + 8n, 8, MODULE_SIZE);
    // "m0", "m1", …
    this.store(at + 16n, 8, 0x306dn + (index << 8n));
  }
}

/** A JavaScript number keeps 53 bits: the constant of the layout, read by Node, has lost some. */
export const MAGIC = BigInt.asUintN(64, Buffer.from("NITRBOOT").readBigUInt64LE());
if (Number(MAGIC) !== Number(BOOTINFO_MAGIC)) throw new Error("the magic is not NITRBOOT");

/** What the hand-over names, by kind: what the naive model cuts out of the map. */
export function claimsOf({ descriptors, stride = 48, modules = 0 }: Handover): Claim[] {
  const claims: Claim[] = [
    { kind: "kernel", first: ARENA, bytes: KERNEL_BYTES },
    { kind: "handover", first: TABLES, bytes: TABLES_BYTES },
    { kind: "bootinfo", first: BOOTINFO, bytes: BigInt(BOOTINFO_BYTES) },
    { kind: "bootinfo", first: SEGMENTS, bytes: 64n },
    { kind: "bootinfo", first: MODULES, bytes: BigInt(modules) * 64n },
    { kind: "bootinfo", first: MAP, bytes: BigInt(descriptors.length * stride) },
  ];
  for (let i = 0n; i < BigInt(modules); i++) {
    claims.push({ kind: "module", first: MODULE_IMAGES + i * MODULE_STEP, bytes: MODULE_SIZE });
  }
  return claims.filter(({ bytes }) => bytes > 0n);
}

function expectNone(kernel: MemoryKernel, step: string, describe: string, ...args: bigint[]): void {
  const error = kernel.call(step, ...args);
  if (error !== 0) throw new Error(`${step}: ${kernel.text(describe, error)}`);
}

/** The agent's own memory, which every map of a machine that booted has. */
export const AGENT: Descriptor = descriptor(EfiType.LOADER_DATA, ARENA, ARENA_BYTES);
