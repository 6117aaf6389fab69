import type { KernelBuild } from "../tools/build/kernel-flags.ts";

/** What the two machines have in common, seen from the command and the tests. */

/** Features that `--without` can hide, so that a boot without them can be tried. */
export const HIDEABLE_FEATURES = ["nx", "smep", "smap", "umip", "pge", "pdpe1gb", "pcid", "invpcid"] as const;
export type HideableFeature = (typeof HIDEABLE_FEATURES)[number];

export const CRASH_KINDS = ["write-text", "write-sealed", "read-unmapped", "stack-overflow", "early"] as const;
export type CrashKind = (typeof CRASH_KINDS)[number];

/** A user program, compiled for the machine that will run it. */
export interface Program {
  readonly name: string;
  /** An ELF file. */
  readonly image: Uint8Array;
}

/** How much memory machines can have, in bytes: from `least` to `most`, a multiple of `unit`. */
export const MEMORY_LIMITS = {
  embedded: { least: 0, most: 2 ** 39, unit: 2 ** 12 },
  /** OVMF itself needs about 64 MiB; below that QEMU shows nothing at all. A frame number has 32 bits. */
  qemu: { least: 2 ** 26, most: 2 ** 44, unit: 2 ** 20 },
} as const;

export interface BootRequest {
  readonly programs: readonly Program[];
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly numaNodes: number;
  /** How long a task keeps a CPU for which others wait, in milliseconds; 0: until it yields, waits or ends. Undefined: as boot.cfg has it. */
  readonly turnMilliseconds?: number | undefined;
  /** How long a server may take for pages that tasks wait for, in milliseconds, rounded down to turns; 0: as long as it likes. Undefined: as boot.cfg has it. */
  readonly patienceMilliseconds?: number | undefined;
  /** Undefined: the machine's own entropy. */
  readonly seed: bigint | undefined;
  readonly aslr: boolean;
  readonly colour: boolean;
  readonly trace: boolean;
  readonly without: readonly HideableFeature[];
  readonly crash: CrashKind | undefined;
  /** Report who has which frame when the programs are loaded. */
  readonly frames?: boolean;
  /** Which allocation of frames fails, from 1: the kernel has to cope. */
  readonly failAllocation: number | undefined;
  /** Undefined: the usual one. */
  readonly kernelBuild?: KernelBuild | undefined;
  readonly timeoutSeconds: number;
}

/** Called as things happen. */
export interface BootObserver {
  /** Bytes that the machine writes to its console: UTF-8, perhaps split within a character. */
  console(bytes: Uint8Array): void;
  /** Whole trace records, see kernel/trace/records.ts. */
  records(bytes: Uint8Array): void;
}

/** How a machine ended. `status` is the exit status of DESIGN: 0, 1, 70 (panic), 124 (timed out), or 64 (the machine refused the request). */
export interface BootResult {
  readonly status: number;
  /** For people, when the machine itself (not the kernel) has something to say. */
  readonly message?: string;
}
