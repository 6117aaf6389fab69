import { composeBootConfig } from "../../../machine/boot-config.ts";
import {
  BootAgentError,
  type BootAgentOptions,
  defaultFirmwareMap,
  type FirmwareMap,
  type Handover,
  runBootAgent,
} from "../../../machine/firmware/index.ts";
import { bootPartition } from "../../../tools/build/image.ts";
import { PF, type SegmentSpec, WASM_MACHINE, writeElf } from "./elf.ts";
import { TestRam } from "./ram.ts";

export const MEGABYTE = 2 ** 20;
export const LARGE_PAGE = 2 * MEGABYTE;

export const textBytes = Uint8Array.from({ length: 5000 }, (_, index) => index * 7);

/** The segments of a kernel as the contract has them. */
export function kernelSegments(): SegmentSpec[] {
  return [
    { flags: PF.R | PF.X, virtual: 0, bytes: textBytes },
    { flags: PF.R, virtual: LARGE_PAGE, bytes: new Uint8Array(100).fill(0x52) },
    {
      flags: PF.R | PF.W | PF.SEALED,
      virtual: 2 * LARGE_PAGE,
      bytes: new Uint8Array(64).fill(0x53),
      memoryBytes: 8192,
    },
    { flags: PF.R | PF.W, virtual: 3 * LARGE_PAGE, bytes: new Uint8Array(8).fill(0x44), memoryBytes: LARGE_PAGE + 5 },
  ];
}

export const KERNEL_ENTRY = 0x40;

export function kernelElf(segments: readonly SegmentSpec[] = kernelSegments(), entry = KERNEL_ENTRY): Uint8Array {
  return writeElf({ machine: WASM_MACHINE, entry, segments });
}

/** A program as the contract has it; `fill` tells one from another. */
export function programElf(fill = 1, machine = WASM_MACHINE): Uint8Array {
  const segments = [
    { flags: PF.R | PF.X, virtual: 0, bytes: new Uint8Array(300).fill(fill), memoryBytes: 0x1_0000 },
    { flags: PF.R, virtual: 0x1_0000, bytes: new Uint8Array(10), memoryBytes: 0x1_0000 },
    { flags: PF.R | PF.W, virtual: 0x2_0000, bytes: new Uint8Array(10), memoryBytes: 0x5_0000 },
  ];
  return writeElf({ machine, entry: 0x10, segments });
}

export interface Scenario {
  readonly kernel?: Uint8Array;
  /** The text of boot.cfg; else one with seed 1 and all programs. */
  readonly config?: string;
  readonly programs?: readonly { readonly name: string; readonly image: Uint8Array }[];
  readonly map?: FirmwareMap;
  readonly options?: BootAgentOptions;
  /** Changes to the boot partition. */
  readonly edit?: (disk: Map<string, Uint8Array>) => void;
}

export interface Booted {
  readonly ram: TestRam;
  readonly handover: Handover;
  readonly map: FirmwareMap;
  readonly lines: readonly string[];
}

export function boot(scenario: Scenario = {}): Booted {
  const map = scenario.map ?? defaultFirmwareMap(128 * MEGABYTE);
  const programs = scenario.programs ?? [];
  const config = scenario.config ?? standardConfig(programs);
  const disk = bootPartition({ kernel: scenario.kernel ?? kernelElf(), config, programs });
  scenario.edit?.(disk);
  const ram = new TestRam(map);
  const lines: string[] = [];
  const handover = runBootAgent(ram, disk, map, { print: (line) => lines.push(line), ...scenario.options });
  return { ram, handover, map, lines };
}

export function standardConfig(programs: readonly { readonly name: string }[]): string {
  const settings = {
    seed: 1n,
    aslr: true,
    colour: false,
    trace: false,
    cpus: 1,
    crash: undefined,
    failAllocation: undefined,
  };
  return composeBootConfig({ ...settings, programs });
}

/** The error that a boot ends with. */
export function bootError(scenario: Scenario): BootAgentError {
  try {
    boot(scenario);
  } catch (error) {
    if (error instanceof BootAgentError) return error;
    throw error;
  }
  throw new Error("the boot succeeded");
}
