import { Call } from "../../kernel/syscalls/abi.ts";
import { MachineEnd, PANIC_STATUS, Vector, isStackOverflow, trapVector } from "./endings.ts";
import type { KernelExports } from "./exports.ts";
import { enterKernel, panicAfter } from "./kernel-entry.ts";
import type { LinearMemory } from "./memory.ts";
import { NotAProgram, RunningProgram, fetchProgram } from "./program.ts";

/** Runs the programs, one at a time: always the one whose context the kernel named last on the CPU whose turn it is. */
export class Scheduler {
  private readonly programs = new Map<number, RunningProgram>();
  /** Contexts whose program could not be stopped, its call stack being too deep, and the serials of their tasks. */
  private readonly lost = new Map<number, number>();
  private running: RunningProgram | undefined;

  constructor(
    private readonly kernel: KernelExports,
    private readonly memory: LinearMemory,
  ) {}

  /** The kernel leaves to another task than the one that called it. Without a program running there is nothing to stop. */
  suspendProgram(): void {
    this.running?.stop();
  }

  programRewound(): void {
    this.running?.hasArrived();
  }

  /** Ends with the machine, by MachineEnd. */
  runForever(): never {
    for (;;) this.runNext();
  }

  private runNext(): void {
    this.kernel.takeTurn();
    const context = this.kernel.contextNext();
    if (context === 0) throw new MachineEnd(PANIC_STATUS, "the kernel named no task to run");
    const serial = this.kernel.contextSerial(context);
    this.kernel.contextEnter(context);
    if (this.lost.get(context) === serial) return this.overflow(context, serial);
    const program = this.programOf(context, serial);
    if (program !== undefined) this.run(program, context);
  }

  /** The task's program, read from its memory when it first runs; undefined if the kernel left to another task over that. */
  private programOf(context: number, serial: number): RunningProgram | undefined {
    const known = this.programs.get(context);
    if (known?.serial === serial) return known;
    try {
      const wasm = enterKernel(this.kernel, () =>
        fetchProgram(this.kernel, this.memory, this.kernel.contextEntry(context)),
      );
      if (wasm === undefined) return undefined;
      const program = new RunningProgram(new WebAssembly.Module(wasm), this.kernel, serial);
      this.programs.set(context, program);
      return program;
    } catch (error) {
      if (!isNoProgram(error)) throw error;
      this.trap(Vector.INVALID_OPCODE);
      return undefined;
    }
  }

  private run(program: RunningProgram, context: number): void {
    this.running = program;
    try {
      const result = program.run();
      this.running = undefined;
      if (result === "stopped") return this.stopped(program, context);
      this.programs.delete(context);
      this.exit(result);
    } catch (error) {
      this.running = undefined;
      this.programs.delete(context);
      this.failed(program, context, error);
    }
  }

  /** The program waits; or its task is no more. If the kernel has forked it, the child is a copy of it as it is now. */
  private stopped(program: RunningProgram, context: number): void {
    const child = this.kernel.contextTakeForked();
    if (child !== 0) this.programs.set(child, program.fork(this.kernel.contextSerial(child)));
    if (this.kernel.isCurrentAlive() === 0) this.programs.delete(context);
  }

  /** The kernel has gone on to another task already; this one, and its child, learn of their end when they are next run. */
  private lose(program: RunningProgram, context: number): void {
    this.lost.set(context, program.serial);
    const child = this.kernel.contextTakeForked();
    if (child !== 0) this.lost.set(child, this.kernel.contextSerial(child));
  }

  /** As the program's start code would: the value of `main` becomes the task's exit status. */
  private exit(status: number): void {
    const context = this.kernel.contextNext();
    const serial = this.kernel.contextSerial(context);
    enterKernel(this.kernel, () => this.kernel.userSyscall(Call.EXIT, BigInt(status), 0n, 0n, 0n, 0n, 0n));
    const next = this.kernel.contextNext();
    if (next === context && this.kernel.contextSerial(next) === serial) this.cannotGoOn("it had exited");
  }

  private failed(program: RunningProgram, context: number, error: unknown): void {
    if (error instanceof MachineEnd) throw error;
    if (this.kernel.isInKernel() !== 0) panicAfter(this.kernel, error);
    if (program.failedToStop()) return this.lose(program, context);
    if (isStackOverflow(error)) return this.overflow(context, program.serial);
    const vector = trapVector(error);
    if (vector === undefined) throw error;
    this.trap(vector);
  }

  private trap(vector: number): void {
    if (enterKernel(this.kernel, () => this.kernel.programTrap(vector)) === 0) this.cannotGoOn(`exception ${vector}`);
  }

  /** Its task may still be there, and wait for memory for a page of its stack: then it runs out of it again. */
  private overflow(context: number, serial: number): void {
    if (enterKernel(this.kernel, () => this.kernel.programStackOverflow()) === 0)
      this.cannotGoOn("it ran out of stack");
    if (this.kernel.contextSerial(context) === serial) this.lost.set(context, serial);
  }

  private cannotGoOn(after: string): never {
    throw new MachineEnd(PANIC_STATUS, `the kernel resumed a program after ${after}: it cannot go on`);
  }
}

function isNoProgram(error: unknown): boolean {
  return (
    error instanceof NotAProgram || error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError
  );
}
