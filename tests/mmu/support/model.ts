import { readFileSync } from "node:fs";
import { compileAssemblyScript } from "../../../tools/build/assemblyscript.ts";
import { hostImports } from "../../../tools/build/embedded.ts";

/** The modelled MMU, bare: a test builds tables in its RAM and makes accesses. */
interface ModelExports {
  readonly memory: WebAssembly.Memory;
  ramDeclare(first: bigint, bytes: bigint): number;
  ramAt(address: bigint): number;
  featuresHide(mask: number): void;
  cpuid(leaf: number, subleaf: number, register: number): number;
  translate(linear: bigint, access: number): number;
  probe(linear: bigint, access: number): number;
  patIndexAt(linear: bigint): number;
  memoryTypeAt(linear: bigint): number;
  patType(index: number): number;
  setTlbHabits(mask: number): void;
  faultVector(): number;
  faultError(): number;
  faultAddress(): bigint;
  physLoad64(address: bigint): bigint;
  physStore64(address: bigint, value: bigint): void;
  kernelLoad64(address: bigint): bigint;
  kernelStore64(address: bigint, value: bigint): void;
  readCr0(): bigint;
  writeCr0(value: bigint): void;
  readCr3(): bigint;
  writeCr3(value: bigint): void;
  readCr4(): bigint;
  writeCr4(value: bigint): void;
  readMsr(index: number): bigint;
  writeMsr(index: number, value: bigint): void;
  invalidatePage(address: bigint): void;
  invalidateContext(type: bigint, pcid: bigint, address: bigint): void;
  copyFromUser(to: number, from: bigint, length: number): number;
  copyToUser(to: bigint, from: number, length: number): number;
  scratchAt(): number;
  programStarts(): void;
  userLoad8(address: bigint): number;
  userLoad64(address: bigint): bigint;
  userStore8(address: bigint, value: number): void;
  userStore64(address: bigint, value: bigint): void;
  userExecute(address: bigint): void;
  /** A thousand ticks each. */
  waitMicroseconds(count: number): void;
  /** The vector of the timer's interrupt if it is due; 0 if not. */
  takeTimerInterrupt(): number;
}

/** Kinds of access, model/mmu/access.ts. */
export const READ = 0;
export const WRITE = 1;
export const FETCH = 2;
export const USER = 4;
export const AC = 8;

/** Features, model/cpu/features.ts. */
export const Feature = { NX: 1, SMEP: 2, SMAP: 4, UMIP: 8, PGE: 16, PAGE_1G: 32, PCID: 64, INVPCID: 128 } as const;

/** Entry bits, from the manual (SDM 3A, 4.5). */
export const P = 1n;
export const RW = 2n;
export const US = 4n;
export const PWT = 8n;
export const PCD = 16n;
export const A = 32n;
export const D = 64n;
export const PS = 128n;
export const G = 256n;
export const XD = 1n << 63n;

export const Cr0 = { PE: 1n, WP: 1n << 16n, PG: 1n << 31n, NW: 1n << 29n, CD: 1n << 30n } as const;
export const Cr4 = {
  PAE: 1n << 5n,
  PGE: 1n << 7n,
  UMIP: 1n << 11n,
  PCIDE: 1n << 17n,
  SMEP: 1n << 20n,
  SMAP: 1n << 21n,
} as const;
export const EFER = 0xc000_0080;
export const PAT_MSR = 0x277;
export const Efer = { LME: 1n << 8n, LMA: 1n << 10n, NXE: 1n << 11n } as const;

/** Page-fault error bits (SDM 3A, 4.7). */
export const Error_ = { P: 1, W: 2, U: 4, RSVD: 8, I: 16 } as const;

/** A fault that reached the model's "kernel", or one that a register write raised. */
export class Fault extends Error {
  constructor(
    readonly vector: number,
    readonly code: bigint,
    readonly address: bigint,
  ) {
    super(`fault ${vector}, error code ${code}, address 0x${BigInt.asUintN(64, address).toString(16)}`);
  }
}

export interface Outcome {
  /** Physical address of the byte; undefined after a fault. */
  readonly physical?: bigint;
  readonly fault?: { readonly vector: number; readonly error: number; readonly address: bigint };
}

const wasm = await compileAssemblyScript({
  entry: "tests/mmu/model/entry.ts",
  output: "test/mmu.wasm",
  paths: ["platform/embedded"],
  flags: ["--enable", "bulk-memory", "--use", "abort="],
  allowedImports: hostImports(),
});
const module = new WebAssembly.Module(readFileSync(wasm));

const FRAME = 4096n;
const ROOT = 0x1000n;
/** RAM that the model has: sparse, so that 1 GiB pages have room. */
export const RAM_BYTES = 8n << 30n;

export interface Registers {
  readonly cr0?: bigint;
  readonly cr4?: bigint;
  readonly efer?: bigint;
}

/** A machine with paging on, an empty PML4, and helpers that know the formats but decide nothing. */
export class Model {
  readonly mmu: ModelExports;
  private nextTable = ROOT + FRAME;
  private readonly frames = new Map<number, bigint>();

  constructor(registers: Registers = {}, features: { hide?: number } = {}) {
    this.mmu = new WebAssembly.Instance(module, { host: hostFunctions() }).exports as unknown as ModelExports;
    this.mmu.ramDeclare(0n, RAM_BYTES);
    this.mmu.featuresHide(features.hide ?? 0);
    this.mmu.setTlbHabits(0);
    this.mmu.writeMsr(EFER, registers.efer ?? Efer.LME | Efer.NXE);
    this.mmu.writeCr4(registers.cr4 ?? Cr4.PAE | Cr4.PGE);
    this.mmu.writeCr3(ROOT);
    this.mmu.writeCr0(registers.cr0 ?? Cr0.PG | Cr0.PE | Cr0.WP);
    this.mmu.programStarts();
  }

  /**
   * Maps `linear` to `frame` by an entry of `level` (1: 4 KiB, 2: 2 MiB, 3: 1 GiB) with exactly the flags given, making the tables
   * above it with the flags of `upper`. Returns the physical address of the leaf entry.
   */
  map(linear: bigint, frame: bigint, flags: bigint, level = 1, upper: bigint = P | RW | US): bigint {
    const leaf = this.entryAt(linear, level, upper);
    this.set(leaf, frame | flags | (level > 1 ? PS : 0n));
    return leaf;
  }

  /** Physical address of the entry of `level` for `linear`; makes missing tables above it. */
  entryAt(linear: bigint, level: number, upper: bigint = P | RW | US): bigint {
    let table = ROOT;
    for (let at = 4; at > level; at--) {
      const entry = table + index(linear, at) * 8n;
      if (this.get(entry) === 0n) this.set(entry, this.newTable() | upper);
      table = this.get(entry) & 0x000f_ffff_ffff_f000n;
    }
    return table + index(linear, level) * 8n;
  }

  private newTable(): bigint {
    this.nextTable += FRAME;
    return this.nextTable - FRAME;
  }

  get(address: bigint): bigint {
    return BigInt.asUintN(64, this.mmu.physLoad64(address));
  }

  set(address: bigint, value: bigint): void {
    this.mmu.physStore64(address, value);
  }

  /** One access, without repeating it after a fault. `frames` are those that the answer may lie in. */
  access(linear: bigint, kind: number, ...frames: bigint[]): Outcome {
    const at = this.mmu.translate(linear, kind) >>> 0;
    if (at === 0) return { fault: this.fault() };
    for (const frame of frames) this.frames.set(this.mmu.ramAt(frame) >>> 0, frame);
    const offset = at & 0xfff;
    const frame = this.frames.get(at - offset);
    if (frame === undefined)
      throw new Error(`access to 0x${linear.toString(16)} reached a frame that the test did not name`);
    return { physical: frame + BigInt(offset) };
  }

  /** The error code of the page fault that the access must raise; a test fails if it does not. */
  pageFault(linear: bigint, kind: number): number {
    const at = this.mmu.translate(linear, kind);
    if (at !== 0) throw new Error(`access ${kind} to 0x${linear.toString(16)} did not fault`);
    const { vector, error, address } = this.fault();
    if (vector !== 14 || address !== linear) throw new Error(`vector ${vector}, CR2 0x${address.toString(16)}`);
    return error;
  }

  private fault() {
    const { mmu } = this;
    return { vector: mmu.faultVector(), error: mmu.faultError(), address: BigInt.asUintN(64, mmu.faultAddress()) };
  }

  passes(linear: bigint, kind: number): boolean {
    return this.mmu.translate(linear, kind) !== 0;
  }

  /** Everything cached goes, global or not (SDM 3A 4.10.4.1: a change of CR4.PGE). */
  flushAll(): void {
    const cr4 = this.mmu.readCr4();
    this.mmu.writeCr4(cr4 ^ Cr4.PGE);
    this.mmu.writeCr4(cr4);
  }
}

function index(linear: bigint, level: number): bigint {
  return (BigInt.asUintN(64, linear) >> BigInt(12 + 9 * (level - 1))) & 511n;
}

function hostFunctions(): Record<string, (...args: never[]) => unknown> {
  const refuse = (name: string) => () => {
    throw new Error(`the model called ${name}`);
  };
  return {
    kernelFault(vector: number, code: bigint, address: bigint) {
      throw new Fault(vector, code, BigInt.asUintN(64, address));
    },
    noMemory(address: bigint) {
      throw new Error(`no RAM at 0x${BigInt.asUintN(64, address).toString(16)}`);
    },
    entropy: () => 0n,
    ...Object.fromEntries(
      ["consoleWrite", "recordsWrite", "exit", "cannotBack", "suspend", "rewound"].map((name) => [name, refuse(name)]),
    ),
  };
}

/** The #GP that `action` must raise. */
export function raisesGeneralProtection(action: () => void): boolean {
  return raises(13, action);
}

/** The fault of `vector`, with error code 0, that `action` must raise. */
export function raises(vector: number, action: () => void): boolean {
  try {
    action();
  } catch (error) {
    if (error instanceof Fault) return error.vector === vector && error.code === 0n;
    throw error;
  }
  return false;
}
