import { contextSetResult } from "platform";
import { resumeNextOrEnd } from "../tasks/ending";
import { currentTask, exitCurrent, preempt } from "../tasks/scheduler";
import { TaskState } from "../tasks/task";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { Call, Errno } from "./abi";
import { info } from "./info";
import { log } from "./log";
import { fork, wait } from "./tasks";
import { brk, colours, mmap, mprotect, munmap } from "./memory";

/** A system call of the running task. Numbers and meanings: `abi.ts`. */
export function call(number: u32, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): void {
  trace(RecordKind.CALL, number, a, b);
  if (number == Call.EXIT) {
    exitCurrent(<i32>a);
    resumeNextOrEnd();
    return;
  }
  const result = perform(number, a, b, c, d);
  if (currentTask().state != TaskState.RUNNING) return resumeNextOrEnd();
  trace(RecordKind.RESULT, number, 0, <u64>result);
  contextSetResult(currentTask().context, result);
  if (number == Call.YIELD) {
    preempt();
    resumeNextOrEnd();
  }
}

function perform(number: u32, a: u64, b: u64, c: u64, d: u64): i64 {
  if (number == Call.LOG) return log(a, b);
  if (number == Call.YIELD) return 0;
  if (number == Call.INFO) return info(a);
  if (number == Call.MMAP) return mmap(a, b, c, d);
  if (number == Call.MUNMAP) return munmap(a, b);
  if (number == Call.MPROTECT) return mprotect(a, b, c);
  if (number == Call.BRK) return brk(a);
  if (number == Call.FORK) return fork();
  if (number == Call.WAIT) return wait(a);
  if (number == Call.COLOURS) return colours(a);
  return Errno.ENOSYS;
}
