import { compileKernelPart, startKernelPart, type KernelInstance, type Replacements } from "./kernel-module.ts";

/**
 * The least machine that memory map and frames can run on: words of physical memory in a Map, and as many address bits as the test
 * wants. It stands in for the metal platform, and counts what is done to memory.
 */
export interface WordMachine {
  readonly instance: KernelInstance;
  /** Addresses of frames that were zeroed. */
  readonly zeroed: Set<bigint>;
  /** Frames of which a word was written. */
  readonly written: Set<bigint>;
  /** Words of 64 bits that the kernel has read, by loads. */
  loads: number;
  /** What `cpuIndex` says. */
  cpu: number;
  /** Called after every atomic operation. */
  afterAtomic: () => void;
  /** What the kernel has written to its console. */
  console: () => string;
  /** Takes what the kernel has written of its trace since this was called last. */
  takeRecords: () => Uint8Array;
}

const COM1 = 0x3f8;
const DEBUG_CONSOLE = 0xe9;

const compiled = await compileKernelPart({ entry: "tests/frames/core.ts", platform: "metal" });

/** Away from all addresses, so that a place in it is not taken for one, nor the other way round. */
const DIRECT_MAP = 0xffff_a000_0000_0000n;
const DIRECT_MAP_BYTES = 1n << 46n;

/** `part`: another part of the kernel than memory map and frames. */
export function startWordMachine(physicalBits: number, part = compiled): WordMachine {
  const words = new Map<bigint, bigint>();
  const zeroed = new Set<bigint>();
  const written = new Set<bigint>();
  const printed: number[] = [];
  const recorded: number[] = [];
  const load = (address: bigint) => words.get(address & ~7n) ?? 0n;
  const put = (address: bigint, bits: bigint, value: bigint) => {
    if (address % (bits / 8n) !== 0n)
      throw new Error(`a store of ${bits} bits at 0x${address.toString(16)} is not aligned`);
    const shift = (address & 7n) * 8n;
    const mask = ((1n << bits) - 1n) << shift;
    words.set(address & ~7n, (load(address) & ~mask) | ((BigInt.asUintN(64, value) << shift) & mask));
    written.add(address & ~4095n);
  };
  const take = (address: bigint, bits: bigint) => BigInt.asUintN(Number(bits), load(address) >> ((address & 7n) * 8n));
  const zero = (address: bigint) => {
    for (let word = 0n; word < 4096n; word += 8n) words.delete(address + word);
    zeroed.add(address);
  };
  const zeroRow = (at: bigint, count: bigint) => {
    for (let i = 0n; i < count; i++) zero(unsigned(at) + i * 4096n);
  };
  const read = (to: number, from: bigint, length: number) => {
    const memory = new DataView(instance.memory.buffer);
    for (let i = 0; i < length; i++) memory.setUint8(to + i, Number(take(from + BigInt(i), 8n)));
  };
  const behind = (place: bigint) => {
    const address = unsigned(place) - DIRECT_MAP;
    if (address < 0n || address >= DIRECT_MAP_BYTES)
      throw new Error(`0x${unsigned(place).toString(16)} is not in the direct map`);
    return address;
  };
  const unsigned = (address: bigint) => BigInt.asUintN(64, address);
  /** Stores `change` of what is there, and returns what was. */
  const change = (at: bigint, next: (found: bigint) => bigint) => {
    const found = load(unsigned(at));
    put(unsigned(at), 64n, next(found));
    machine.afterAtomic();
    return found;
  };
  const replacements: Replacements = {
    "memory.physLoad16": (at: bigint) => Number(take(unsigned(at), 16n)),
    "memory.physLoad8": (at: bigint) => Number(take(unsigned(at), 8n)),
    "memory.physLoad32": (at: bigint) => Number(take(unsigned(at), 32n)),
    "memory.physLoad64": (at: bigint) => {
      machine.loads += 1;
      return take(unsigned(at), 64n);
    },
    "memory.physStore8": (at: bigint, value: number) => put(unsigned(at), 8n, BigInt(value)),
    "memory.physStore32": (at: bigint, value: number) => put(unsigned(at), 32n, BigInt(value)),
    "memory.physStore64": (at: bigint, value: bigint) => put(unsigned(at), 64n, value),
    "memory.physAdd64": (at: bigint, delta: bigint) => change(at, (found) => found + delta),
    "memory.physOr64": (at: bigint, bits: bigint) => change(at, (found) => found | unsigned(bits)),
    "memory.physAnd64": (at: bigint, bits: bigint) => change(at, (found) => found & unsigned(bits)),
    "memory.physExchange64": (at: bigint, value: bigint) => change(at, () => value),
    "memory.physCompareExchange64": (at: bigint, expected: bigint, value: bigint) =>
      change(at, (found) => (found === unsigned(expected) ? value : found)),
    "direct.directAddress": (address: bigint) => unsigned(address) + DIRECT_MAP,
    "direct.directLoad8": (at: bigint) => Number(take(behind(at), 8n)),
    "direct.directStore8": (at: bigint, value: number) => put(behind(at), 8n, BigInt(value)),
    "direct.directAdd64": (at: bigint, delta: bigint) => change(behind(at), (found) => found + delta),
    "cpu.cpuIndex": () => machine.cpu,
    "memory.framesZero": zeroRow,
    "memory.framesZeroStreaming": zeroRow,
    "memory.physRead": (to: number, from: bigint, length: number) => read(to, unsigned(from), length),
    "processor.clock": () => 0n,
    // A serial port and QEMU's debug console, which take all they are given, and nothing at other ports.
    "processor.portRead8": (port: number) => (port === COM1 + 5 ? 0x60 : port === DEBUG_CONSOLE ? DEBUG_CONSOLE : 0),
    "processor.portWrite8": (port: number, byte: number) => {
      if (port === COM1) printed.push(byte);
      if (port === DEBUG_CONSOLE) recorded.push(byte);
    },
    "processor.cpuid": (leaf: number) =>
      leaf >>> 0 === 0x8000_0000 ? 0x8000_0008 : leaf >>> 0 === 0x8000_0008 ? physicalBits : 0,
  };
  const instance = startKernelPart(part, replacements);
  const machine: WordMachine = {
    instance,
    zeroed,
    written,
    loads: 0,
    cpu: 0,
    afterAtomic: () => {},
    console: () => Buffer.from(printed).toString(),
    takeRecords: () => Uint8Array.from(recorded.splice(0)),
  };
  return machine;
}
