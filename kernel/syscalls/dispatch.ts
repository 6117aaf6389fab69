import { contextSetResult } from "platform";
import { lockKernel, unlockKernel } from "../cpu/kernel-lock";
import { onCallAgain, waitToCallAgain } from "../tasks/absent";
import { resumeNextOrEnd } from "../tasks/ending";
import { currentTask, exitCurrent } from "../tasks/scheduler";
import { Task, TaskState } from "../tasks/task";
import { RecordKind } from "../trace/records";
import { trace, tracesEverything } from "../trace/trace";
import { Call, Errno, Info, MapFlag } from "./abi";
import { sysMap, sysUnmap } from "./devices";
import { info, infoAtHand } from "./info";
import { imageOpen, spawn, unload } from "./modules";
import { log } from "./log";
import { fork, wait, yieldCpu } from "./tasks";
import { handleClose, handleRevoke, memoryCreate, memoryServe } from "./objects";
import { memoryClean, memorySupply, msync } from "./pagers";
import { callOf, portCreate, portOpen, receiveOf, replyOf, replyReceive } from "./ports";
import { mmapObject } from "./map-object";
import { brk, colours, mmap, mprotect, mseal, munmap } from "./memory";

/**
 * A system call of the running task. Numbers and meanings: `abi.ts`. One that asks for what is at hand takes no lock, and is not written
 * down unless everything is.
 */
export function call(number: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): void {
  if (number != Call.INFO || a > Info.AT_HAND || tracesEverything()) {
    if (number == Call.CALL) return exchange(Call.CALL, a, b);
    if (number == Call.REPLY_RECEIVE) return exchange(Call.REPLY_RECEIVE, a, b);
    return callSlowly(number, a, b, c, d, e, f);
  }
  const task = currentTask();
  contextSetResult(task.context, infoAtHand(task, a));
}

/** Called through variables, so that a quick call does not save registers for the others, nor these for the one that has most: frames/allocator.ts. */
let mapSlowly: (a: u64, b: u64, c: u64, d: u64, e: u64, f: u64) => i64 = mapPages;
let callSlowly: (number: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64) => void = lockAndCall;
mapSlowly = mapPages;
callSlowly = lockAndCall;

/**
 * What clients and their servers do all the time: apart from calls that have more arguments to keep. Neither is ever made again. Called from two places, and
 * so put in at neither.
 */
function exchange(number: u64, a: u64, b: u64): void {
  lockKernel();
  trace(RecordKind.CALL, number, a, b);
  const task = currentTask();
  finish(task, number, number == Call.CALL ? callOf(task, a, b) : replyReceive(task, a, b));
  unlockKernel();
}

/** The call returns `result`, unless the task waits: then another runs. */
@inline
function finish(task: Task, number: u64, result: i64): void {
  if (task.state != TaskState.RUNNING) return resumeNextOrEnd();
  trace(RecordKind.RESULT, number, 0, <u64>result);
  contextSetResult(task.context, result);
}

function lockAndCall(number: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): void {
  lockKernel();
  traceAndPerform(number, a, b, c, d, e, f);
  unlockKernel();
}

/** A part of `lockAndCall`: else all of its arguments move once more. */
@inline
function traceAndPerform(number: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): void {
  trace(RecordKind.CALL, number, a, b);
  if (number == Call.EXIT) {
    exitCurrent(<i32>a);
    resumeNextOrEnd();
    return;
  }
  const task = currentTask();
  const result = number == Call.MMAP ? mapSlowly(a, b, c, d, e, f) : perform(task, number, a, b, c, d);
  if (result == Errno.EFAULT) waitToCallAgain(task, <u32>number, a, b, c, d);
  finish(task, number, result);
}

function mapPages(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): i64 {
  return (d & MapFlag.ANONYMOUS) != 0 ? mmap(a, b, c, d) : mmapObject(a, b, c, d, e, f);
}

/** The call of a task that had to wait before it could be made. */
function performAgain(task: Task, number: u32): i64 {
  const a = task.again0;
  const b = task.again1;
  const c = task.again2;
  const d = task.again3;
  const result = perform(task, number, a, b, c, d);
  if (result == Errno.EFAULT) waitToCallAgain(task, number, a, b, c, d);
  return result;
}
onCallAgain(performAgain);

/** Calls of up to four arguments. */
function perform(task: Task, number: u64, a: u64, b: u64, c: u64, d: u64): i64 {
  if (number == Call.LOG) return log(a, b);
  if (number == Call.YIELD) return yieldCpu(task);
  if (number == Call.INFO) return info(task, a, b);
  if (number == Call.MUNMAP) return munmap(a, b);
  if (number == Call.MPROTECT) return mprotect(a, b, c);
  if (number == Call.BRK) return brk(a);
  if (number == Call.FORK) return fork();
  if (number == Call.WAIT) return wait(a);
  if (number == Call.COLOURS) return colours(a);
  if (number == Call.MSEAL) return mseal(a, b, c);
  if (number == Call.SYS_MAP) return sysMap(a, b, c);
  if (number == Call.SYS_UNMAP) return sysUnmap(a);
  if (number == Call.SPAWN) return spawn(a, b);
  if (number == Call.UNLOAD) return unload(a, b);
  if (number >= Call.MEMORY_SUPPLY) return performOnHandles(number, a, b, c, d);
  return Errno.ENOSYS;
}

function performOnHandles(number: u64, a: u64, b: u64, c: u64, d: u64): i64 {
  if (number == Call.RECEIVE) return receiveOf(a);
  if (number == Call.REPLY) return replyOf(a);
  if (number == Call.PORT_CREATE) return portCreate(a);
  if (number == Call.PORT_OPEN) return portOpen(a);
  if (number == Call.HANDLE_CLOSE) return handleClose(a);
  if (number == Call.HANDLE_REVOKE) return handleRevoke(a);
  if (number == Call.MEMORY_CREATE) return memoryCreate(a, b);
  if (number == Call.MEMORY_SERVE) return memoryServe(a, b, c);
  if (number == Call.MEMORY_SUPPLY) return memorySupply(a, b, c, d);
  if (number == Call.MEMORY_CLEAN) return memoryClean(a, b);
  if (number == Call.IMAGE_OPEN) return imageOpen(a, b);
  if (number == Call.MSYNC) return msync(a, b, c);
  return Errno.ENOSYS;
}
