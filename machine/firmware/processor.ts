import { randomBytes } from "node:crypto";
import { MODEL_ADDRESS_BITS } from "./ranges.ts";
import { FirmwareMisuse } from "./status.ts";
import type { BootAgentOptions } from "./types.ts";

/**
 * The processor and the I/O ports as the boot agent sees them (`platform/metal/platform/processor.ts`): RDRAND, a serial port that has always
 * room, and QEMU's port that ends the machine.
 */
const COM1 = 0x3f8;
const LINE_STATUS = COM1 + 5;
const ROOM_AND_ALL_SENT = 0x60;
const DEBUG_EXIT = 0xf4;
const ECX = 2;
const RDRAND = 1 << 30;
const CR4_PAE = 0x20n;
const CR4_LA57 = 0x1000n;

/** Where the serial port leads, and the end that its last line tells of. */
export interface SerialLine {
  write(text: string): void;
  error(status: number): Error;
}

type Imports = Record<string, (...args: never[]) => unknown>;

export function processorImports(options: BootAgentOptions, cr3: bigint, line: SerialLine): Imports {
  const { cpuid = plainCpuid, entropy64 = systemEntropy, faults } = options;
  return {
    cpuid: (leaf: number, subleaf: number, register: number) =>
      cpuid(leaf >>> 0, subleaf >>> 0, register) | (leaf === 1 && register === ECX ? RDRAND : 0),
    readCr3: () => cr3,
    readCr4: () => (faults?.fiveLevels ? CR4_PAE | CR4_LA57 : CR4_PAE),
    rdrand: entropy64,
    clock: () => 0n,
    pause: () => undefined,
    halt: () => misuse("halts the processor"),
    portRead8: (port: number) =>
      port === LINE_STATUS ? ROOM_AND_ALL_SENT : misuse(`reads port 0x${port.toString(16)}`),
    portWrite8: (port: number, value: number) =>
      port === COM1 ? line.write(String.fromCharCode(value)) : misuse(`writes port 0x${port.toString(16)}`),
    portWrite32: (port: number, value: number) => {
      throw port === DEBUG_EXIT ? line.error(value) : misuse(`writes port 0x${port.toString(16)}`);
    },
  };
}

function misuse(what: string): never {
  throw new FirmwareMisuse(`the boot agent ${what}`);
}

/** A CPU with as many address bits as the model, and none of what CPUID may add. */
function plainCpuid(leaf: number, _subleaf: number, register: number): number {
  if (leaf === 0x8000_0000 && register === 0) return 0x8000_0008;
  return leaf === 0x8000_0008 && register === 0 ? Number(MODEL_ADDRESS_BITS) | (48 << 8) : 0;
}

function systemEntropy(): bigint {
  return randomBytes(8).readBigUInt64LE();
}
