import type { KernelExports, MachineCalls } from "../../../machine/embedded/exports.ts";
import { RunningProgram } from "../../../machine/embedded/program.ts";

/** What the stand-in's programs ask of it. */
export const StandInCall = { NOTE: 100, FORK: 101 } as const;

/** A program or a copy of one: what it noted, its parent's notes before it among it, and what its `main` returned. */
export interface Copy {
  readonly notes: bigint[];
  ended?: number;
}

interface Task {
  readonly copy: Copy;
  readonly program: RunningProgram;
  /** What the call returns at which it stopped. */
  readonly result: bigint;
}

const UNUSED: Omit<MachineCalls, "userSyscall"> = {
  userLoad8: unused,
  userLoad16: unused,
  userLoad32: unused,
  userLoad64: unused,
  userStore8: unused,
  userStore16: unused,
  userStore32: unused,
  userStore64: unused,
  userClock: unused,
  userExecute: unused,
};

function unused(): never {
  throw new Error("the stand-in has no memory but the program's own");
}

/** A kernel of a page, for tests of copies alone: its programs note numbers and fork. Of two copies the one told goes on first. */
export class StandInKernel {
  readonly copies: Copy[] = [];
  private running: Task | undefined;
  private isResuming = false;

  constructor(private readonly first: "child" | "parent") {}

  /** Runs a program and all its copies to their ends; returns what they noted. */
  run(module: WebAssembly.Module): readonly Copy[] {
    const ready = [this.task(new RunningProgram(module, this.exports(), 1), [], 0n)];
    for (let task = ready.shift(); task !== undefined; task = ready.shift()) {
      this.running = task;
      const end = task.program.run();
      if (end === "stopped") ready.unshift(...this.fork(task));
      else task.copy.ended = end;
    }
    return this.copies;
  }

  private task(program: RunningProgram, notes: readonly bigint[], result: bigint): Task {
    const copy: Copy = { notes: [...notes] };
    this.copies.push(copy);
    return { copy, program, result };
  }

  /** The child is told 0, its parent which copy the child is. */
  private fork(task: Task): Task[] {
    const number = BigInt(this.copies.length);
    const child = this.task(task.program.fork(Number(number) + 1), task.copy.notes, 0n);
    const parent = { ...task, result: number };
    return this.first === "child" ? [child, parent] : [parent, child];
  }

  private exports(): KernelExports {
    const programResumes = () => void (this.isResuming = true);
    const userSyscall = (number: number, value: bigint) => this.answer(number, value);
    const used = { ...UNUSED, userSyscall, programResumes, programStarts: () => undefined };
    return used as Partial<KernelExports> as KernelExports;
  }

  private answer(number: number, value: bigint): bigint {
    const { program, copy, result } = this.running!;
    if (this.isResuming) {
      this.isResuming = false;
      program.hasArrived();
      return result;
    }
    if (number === StandInCall.FORK) program.stop();
    else copy.notes.push(value);
    return 0n;
  }
}
