import { randomBytes } from "node:crypto";
import type { BootAgentOptions, FirmwareHost, Handover, RamRange } from "../firmware/types.ts";
import { HIDEABLE_FEATURES, type BootObserver, type BootResult, type HideableFeature } from "../machine.ts";
import { MachineEnd, PANIC_STATUS } from "./endings.ts";
import { KERNEL_FETCH, type KernelExports } from "./exports.ts";
import { hostImports, virtual } from "./imports.ts";
import { enterKernel } from "./kernel-entry.ts";
import { LinearMemory, firmwareHost, partInFrame } from "./memory.ts";
import { Scheduler } from "./scheduler.ts";

/** What makes up one machine. */
export interface MachineParts {
  /** The embedded kernel, tools/build/embedded.ts. */
  readonly kernelWasm: Uint8Array;
  readonly ram: readonly RamRange[];
  readonly without: readonly HideableFeature[];
  /** Processors; 1 when left out. */
  readonly cpus?: number | undefined;
  /** Draws the order in which they take turns. */
  readonly seed?: bigint | undefined;
  /** Runs the firmware and the boot agent on the machine's memory. May throw an error with a `status`. */
  bootAgent(host: FirmwareHost, options: BootAgentOptions): Handover;
  readonly observer: BootObserver;
  /** Called once, before the boot agent runs, with all that the machine holds, its RAM in it: for tests that look in from outside. */
  readonly withKernel?: ((kernel: KernelExports) => void) | undefined;
}

/** Control registers as UEFI hands them over (UEFI 2.10 §2.3.4): long mode, paging on. NX is left for the kernel to turn on. */
const Handed = {
  EFER: 0xc000_0080,
  LONG_MODE_ENABLE: 0x100n,
  /** DE, PAE, MCE, OSFXSR, OSXMMEXCPT. */
  CR4: 0x668n,
  /** PG, WP, NE, ET, MP, PE. */
  CR0: 0x8001_0033n,
} as const;

const TEXT_HEADER_BYTES = 16n;

/** Boots a machine and runs it to its end, on the calling thread. */
export function runMachine(parts: MachineParts): BootResult {
  try {
    const { kernel, memory, scheduler } = assemble(parts);
    parts.withKernel?.(kernel);
    handOver(kernel, memory, parts);
    return scheduler.runForever();
  } catch (error) {
    if (error instanceof MachineEnd) return result(error.status, error.reason);
    const status = (error as { status?: unknown }).status;
    if (error instanceof Error && typeof status === "number") return result(status, error.message);
    throw error;
  }
}

function result(status: number, message: string | undefined): BootResult {
  return message === undefined ? { status } : { status, message };
}

interface Assembled {
  readonly kernel: KernelExports;
  readonly memory: LinearMemory;
  readonly scheduler: Scheduler;
}

function assemble({ kernelWasm, observer, ram, without, cpus, seed }: MachineParts): Assembled {
  const imports = hostImports({
    observer,
    memory: () => memory,
    suspendProgram: () => scheduler.suspendProgram(),
    programRewound: () => scheduler.programRewound(),
  });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(kernelWasm), imports);
  const kernel = instance.exports as unknown as KernelExports;
  const memory = new LinearMemory(kernel.memory);
  const scheduler = new Scheduler(kernel, memory);
  for (const range of ram) declareRam(kernel, range);
  kernel.featuresHide(without.reduce((mask, feature) => mask | (1 << HIDEABLE_FEATURES.indexOf(feature)), 0));
  kernel.cpusDeclare(cpus ?? 1);
  kernel.turnsSeed(seed ?? randomBytes(8).readBigUInt64LE());
  return { kernel, memory, scheduler };
}

/** The request cannot be met by this machine. */
const REFUSED_STATUS = 64;

function declareRam(kernel: KernelExports, { start, end }: RamRange): void {
  if (kernel.ramDeclare(start, end - start) !== 0) return;
  const range = `0x${start.toString(16)}–0x${(end - 1n).toString(16)}`;
  throw new MachineEnd(REFUSED_STATUS, `the embedded machine cannot have RAM at ${range}: it has 40 address bits`);
}

/** Runs the boot agent, then enters the kernel as it says, on the loader's tables. */
function handOver(kernel: KernelExports, memory: LinearMemory, parts: MachineParts): void {
  const handover = parts.bootAgent(firmwareHost(kernel, memory), {
    cpuid: (leaf, subleaf, register) => kernel.cpuid(leaf, subleaf, register) >>> 0,
  });
  kernel.writeMsr(Handed.EFER, Handed.LONG_MODE_ENABLE);
  kernel.writeCr4(Handed.CR4);
  kernel.writeCr3(handover.cr3);
  kernel.writeCr0(Handed.CR0);
  checkKernelText(kernel, memory, parts.kernelWasm, handover.entry);
  kernel.setInKernel(1);
  enterKernel(kernel, () => kernel.boot(handover.bootinfo));
  enterKernel(kernel, () => kernel.start());
  kernel.setInKernel(0);
}

/** The machine runs its own copy of the kernel's code: what the boot agent put at the entry must be the same. */
function checkKernelText(kernel: KernelExports, memory: LinearMemory, wasm: Uint8Array, entry: bigint): void {
  const text = entry + TEXT_HEADER_BYTES;
  for (let done = 0; done < wasm.length;) {
    const address = text + BigInt(done);
    const part = partInFrame(address, wasm.length - done);
    const at = kernel.translate(address, KERNEL_FETCH);
    const loaded = Buffer.from(memory.bytes(at, part));
    if (at === 0 || loaded.compare(wasm, done, done + part) !== 0) {
      throw new MachineEnd(
        PANIC_STATUS,
        `the boot agent entered the kernel at ${virtual(entry)}, but its text is not at ${virtual(address)}`,
      );
    }
    done += part;
  }
}
