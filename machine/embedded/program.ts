import { MachineEnd, PANIC_STATUS } from "./endings.ts";
import type { KernelExports } from "./exports.ts";
import { partInFrame, type LinearMemory } from "./memory.ts";

/** A program as the embedded machine runs it: an instance of its WebAssembly that can stop at its calls of `machine.*`. */

/** States of asyncify, as `asyncify_get_state` tells them. */
const UNWINDING = 1;

/**
 * Where asyncify keeps a stopped program's call stack, in its own linear memory below everything that the program has there
 * (PROGRAM_MEMORY_BASE in tools/build/programs.ts). Two words first: the next free byte, and the end.
 */
const STACK_HEADER = 16;
const STACK_START = 1024;
const STACK_END = 64 * 1024;

/** "NITRWASM", and the length that follows it: platform/CONTRACT.md, "Images". */
const TEXT_MAGIC = 0x4d53_4157_5254_494en;
const TEXT_HEADER_BYTES = 16;
const MAX_WASM_BYTES = 1 << 26;

/** What the exported names of mutable globals begin with (tools/build/embedded.ts). */
const MUTABLE_GLOBAL = "mutable:";

interface ProgramExports {
  readonly memory: WebAssembly.Memory;
  main(): number;
  asyncify_get_state(): number;
  asyncify_start_unwind(data: number): void;
  asyncify_stop_unwind(): void;
  asyncify_start_rewind(data: number): void;
  asyncify_stop_rewind(): void;
}

/** What the text at a task's entry turned out to be instead of a program. The task executes it as the invalid code that it is. */
export class NotAProgram extends Error {
  override readonly name = "NotAProgram";
}

export class RunningProgram {
  private isStopped = false;
  private isTooDeep = false;
  private readonly code: ProgramExports;

  constructor(
    private readonly module: WebAssembly.Module,
    private readonly kernel: KernelExports,
    /** contextSerial: tells the task apart from others that had the same context. */
    readonly serial: number,
  ) {
    this.code = instantiate(module, kernel);
    const stack = new DataView(this.code.memory.buffer);
    stack.setUint32(STACK_HEADER + 4, STACK_END, true);
  }

  /** A copy of this program, which has stopped: it will go on from the same place, with memory and globals of its own. */
  fork(serial: number): RunningProgram {
    const child = new RunningProgram(this.module, this.kernel, serial);
    copyState(this.code, child.code);
    child.isStopped = true;
    return child;
  }

  /** Runs the program from its start, or from where it stopped. Returns what `main` returned, or "stopped". */
  run(): number | "stopped" {
    if (this.isStopped) this.startRewinding();
    else this.kernel.programStarts();
    const result = this.code.main();
    if (this.code.asyncify_get_state() !== UNWINDING) return result;
    this.finishStopping();
    return "stopped";
  }

  /** Asyncify checks only here that what it wrote fitted its room: a call stack that did not has spoilt the program's memory. */
  private finishStopping(): void {
    this.isTooDeep = true;
    this.code.asyncify_stop_unwind();
    this.isTooDeep = false;
    this.isStopped = true;
  }

  private startRewinding(): void {
    this.isStopped = false;
    this.kernel.programResumes();
    this.code.asyncify_start_rewind(STACK_HEADER);
  }

  /** Called from within the program's call into the kernel: it will return to the host from here. */
  stop(): void {
    new DataView(this.code.memory.buffer).setUint32(STACK_HEADER, STACK_START, true);
    this.code.asyncify_start_unwind(STACK_HEADER);
  }

  hasArrived(): void {
    this.code.asyncify_stop_rewind();
  }

  /** True if the error that ended `run` came while the program was being stopped: its call stack is too deep to be kept. */
  failedToStop(): boolean {
    return this.isTooDeep || this.code.asyncify_get_state() === UNWINDING;
  }
}

function instantiate(module: WebAssembly.Module, kernel: KernelExports): ProgramExports {
  try {
    return new WebAssembly.Instance(module, machineImports(kernel)).exports as unknown as ProgramExports;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new MachineEnd(PANIC_STATUS, `no memory is left on this computer for another program: ${error.message}`);
  }
}

/** All that an instance has of its own: its functions' table is never changed, its memory does not grow. */
function copyState(from: ProgramExports, to: ProgramExports): void {
  new Uint8Array(to.memory.buffer).set(new Uint8Array(from.memory.buffer));
  const [sources, targets] = [globalsOf(from), globalsOf(to)];
  for (const [name, global] of targets) global.value = sources.get(name)!.value;
}

function globalsOf(code: ProgramExports): Map<string, WebAssembly.Global> {
  const globals = Object.entries(code).filter(([name]) => name.startsWith(MUTABLE_GLOBAL));
  return new Map(globals as [string, WebAssembly.Global][]);
}

function machineImports(kernel: KernelExports): WebAssembly.Imports {
  return {
    machine: {
      load8: kernel.userLoad8,
      load16: kernel.userLoad16,
      load32: kernel.userLoad32,
      load64: kernel.userLoad64,
      store8: kernel.userStore8,
      store16: kernel.userStore16,
      store32: kernel.userStore32,
      store64: kernel.userStore64,
      clock: kernel.userClock,
      execute: kernel.userExecute,
      syscall: kernel.userSyscall,
    },
  };
}

/**
 * Reads a program's WebAssembly at its entry, through its own mapping and with fetch rights. Undefined if a fetch faulted and the
 * kernel left to another task.
 */
export function fetchProgram(kernel: KernelExports, memory: LinearMemory, entry: bigint): Uint8Array | undefined {
  const header = fetchBytes(kernel, memory, entry, TEXT_HEADER_BYTES);
  if (header === undefined) return undefined;
  const view = new DataView(header.buffer);
  const length = view.getBigUint64(8, true);
  if (view.getBigUint64(0, true) !== TEXT_MAGIC) throw new NotAProgram("it does not begin with NITRWASM");
  if (length > MAX_WASM_BYTES) throw new NotAProgram(`it says that it is ${length} bytes long`);
  return fetchBytes(kernel, memory, entry + BigInt(TEXT_HEADER_BYTES), Number(length));
}

function fetchBytes(kernel: KernelExports, memory: LinearMemory, from: bigint, length: number): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const part = partInFrame(from + BigInt(done), length - done);
    const at = kernel.programFetch(from + BigInt(done));
    if (at === 0) return undefined;
    bytes.set(memory.bytes(at, part), done);
    done += part;
  }
  return bytes;
}
