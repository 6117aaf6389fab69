import { contextSetResult } from "platform";
import { lockKernel, unlockKernel } from "../cpu/kernel-lock";
import { resumeNextOrEnd } from "../tasks/ending";
import { currentTask, exitCurrent, preempt } from "../tasks/scheduler";
import { Task, TaskState } from "../tasks/task";
import { RecordKind } from "../trace/records";
import { trace, tracesEverything } from "../trace/trace";
import { Call, Errno, Info, MapFlag } from "./abi";
import { sysMap, sysUnmap } from "./devices";
import { info, infoAtHand } from "./info";
import { log } from "./log";
import { fork, wait } from "./tasks";
import { handleClose, handleRevoke, memoryCreate } from "./objects";
import { callOf, portCreate, portOpen, receiveOf, replyOf, replyReceive } from "./ports";
import { mmapShared } from "./shared";
import { brk, colours, mmap, mprotect, mseal, munmap } from "./memory";

/**
 * A system call of the running task. Numbers and meanings: `abi.ts`. One that asks for what is at hand takes no lock, and is not written
 * down unless everything is.
 */
export function call(number: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): void {
  if (number != Call.INFO || a > Info.AT_HAND || tracesEverything()) return callSlowly(number, a, b, c, d, e, f);
  const task = currentTask();
  contextSetResult(task.context, infoAtHand(task, a));
}

/** Called through a variable, so that a quick call does not save registers for it: frames/allocator.ts. */
let callSlowly: (number: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64) => void = lockAndCall;
callSlowly = lockAndCall;

function lockAndCall(number: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): void {
  lockKernel();
  traceAndPerform(number, a, b, c, d, e, f);
  unlockKernel();
}

function traceAndPerform(number: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): void {
  trace(RecordKind.CALL, number, a, b);
  if (number == Call.EXIT) {
    exitCurrent(<i32>a);
    resumeNextOrEnd();
    return;
  }
  const task = currentTask();
  const result = perform(task, number, a, b, c, d, e, f);
  if (task.state != TaskState.RUNNING) return resumeNextOrEnd();
  trace(RecordKind.RESULT, number, 0, <u64>result);
  contextSetResult(task.context, result);
  if (number == Call.YIELD) {
    preempt();
    resumeNextOrEnd();
  }
}

function perform(task: Task, number: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): i64 {
  if (number == Call.LOG) return log(a, b);
  if (number == Call.YIELD) return 0;
  if (number == Call.INFO) return info(task, a, b);
  if (number == Call.MMAP) return (d & MapFlag.SHARED) == 0 ? mmap(a, b, c, d) : mmapShared(a, b, c, d, e, f);
  if (number == Call.MUNMAP) return munmap(a, b);
  if (number == Call.MPROTECT) return mprotect(a, b, c);
  if (number == Call.BRK) return brk(a);
  if (number == Call.FORK) return fork();
  if (number == Call.WAIT) return wait(a);
  if (number == Call.COLOURS) return colours(a);
  if (number == Call.MSEAL) return mseal(a, b, c);
  if (number == Call.SYS_MAP) return sysMap(a, b, c);
  if (number == Call.SYS_UNMAP) return sysUnmap(a);
  if (number >= Call.PORT_CREATE) return performOnHandles(number, a, b);
  return Errno.ENOSYS;
}

function performOnHandles(number: u64, a: u64, b: u64): i64 {
  if (number == Call.CALL) return callOf(a, b);
  if (number == Call.REPLY_RECEIVE) return replyReceive(a, b);
  if (number == Call.RECEIVE) return receiveOf(a);
  if (number == Call.REPLY) return replyOf(a);
  if (number == Call.PORT_CREATE) return portCreate(a);
  if (number == Call.PORT_OPEN) return portOpen(a);
  if (number == Call.HANDLE_CLOSE) return handleClose(a);
  if (number == Call.HANDLE_REVOKE) return handleRevoke(a);
  if (number == Call.MEMORY_CREATE) return memoryCreate(a, b);
  return Errno.ENOSYS;
}
