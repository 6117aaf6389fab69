import { exit } from "platform";
import { onlineCpus } from "../cpu/online";
import { panic } from "../console/panic";
import { Style, style } from "../console/style";
import { flush, newLine, print, printDecimal } from "../console/text";
import { stuckFrames, usedFrames } from "../frames/counts";
import { validate } from "../frames/validate";
import { allSlabs, drainHeap, drainHeapOf, HeapError, heapErrorText, keptHeapFrames, validateHeap } from "../heap/heap";
import { objectPageTables } from "../paging/object-pages";
import { isUnused, openQuota } from "../quotas/quota";
import { dropPrepared } from "../spaces/region-pool";
import { CounterMoment } from "../trace/counters";
import { drainTrace } from "../trace/trace";
import { reportCountersIfWanted } from "./counters";
import { failedCopyCount, failedProgramCount, programCount } from "./outcome";
import { tasksOf } from "./cpu-tasks";
import { schedule, sleep } from "./scheduler";
import { areAnyStarving } from "./starving";
import { firstTask } from "./task";

/** The end of a run: when no task is left, all their memory is back, and the machine stops with what became of them. */
const ALL_WELL: u32 = 0;
const SOME_FAILED: u32 = 1;

let framesBeforeTasks: u64 = 0;

/** Remembers the frames in use before the first task is loaded: the same number must be in use after the last one ended. */
export function rememberFrames(): void {
  framesBeforeTasks = usedFrames() - keptForObjects();
}

/** What kernel objects need to be found, and keep when there are none: of the heap, and tables that map its pages. */
function keptForObjects(): u64 {
  return keptHeapFrames() + objectPageTables();
}

/** What `ipc/` does when all tasks wait: lets some of them know. False: there is none that it could. */
let wakeStuck: () => bool = wakeNobody;

export function whenAllWait(wake: () => bool): void {
  wakeStuck = wake;
}

function wakeNobody(): bool {
  return false;
}

/** Leaves to the next ready task. When there is none, this CPU waits for one; when there are no tasks any more, the machine ends. */
export function resumeNextOrEnd(): void {
  if (!schedule()) sleepOrEndSlowly();
}

/** Called through a variable, so that a switch does not save registers for it: frames/allocator.ts. */
let sleepOrEndSlowly: () => void = sleepOrEnd;
sleepOrEndSlowly = sleepOrEnd;

function sleepOrEnd(): void {
  if (firstTask() != null) wakeSomebodyOrSleep();
  else endRun();
}

/** When all tasks wait, none will ever come to an end by itself. Who learns it may make his call again, and wait once more. */
function wakeSomebodyOrSleep(): void {
  do sleep();
  while (!isAnybodyBusy() && wakeStuck() && !schedule());
}

/** Has any CPU a task to run, or will it when another has ended what it was asked to? */
function isAnybodyBusy(): bool {
  if (areAnyStarving()) return true;
  for (let rest = onlineCpus(); rest != 0; rest &= rest - 1) {
    if (tasksOf(<u32>ctz<u64>(rest)).load != 0) return true;
  }
  return false;
}

/** The last task has ended: all other CPUs sleep, and this one has the kernel's lock. */
function endRun(): void {
  reportCountersIfWanted(CounterMoment.ENDED);
  dropPrepared();
  for (let rest = onlineCpus(); rest != 0; rest &= rest - 1) drainHeapOf(<u32>ctz<u64>(rest));
  drainHeap();
  if (allSlabs() != 0) panic("tasks have leaked kernel objects; slabs in use, where none should be", allSlabs());
  const used = usedFrames() - keptForObjects();
  if (used != framesBeforeTasks)
    panic("tasks have leaked frames; in use, where none should be", used - framesBeforeTasks);
  if (stuckFrames() == 0 && !isUnused(openQuota())) panic("what tasks had was not counted as it was", 0);
  const damage = validate();
  if (damage != 0) panic("the frame table contradicts itself", damage);
  const damageOfObjects = validateHeap();
  if (damageOfObjects != HeapError.NONE) panic(heapErrorText(damageOfObjects), damageOfObjects);
  const status = failedProgramCount() + failedCopyCount() == 0 ? ALL_WELL : SOME_FAILED;
  summarise(status);
  flush();
  drainTrace();
  exit(status);
}

function summarise(status: u32): void {
  newLine();
  style(status == ALL_WELL ? Style.GOOD : Style.BAD);
  printDecimal(programCount() - failedProgramCount());
  print(" of ");
  printDecimal(programCount());
  print(programCount() == 1 ? " program ended well" : " programs ended well");
  if (failedCopyCount() != 0) summariseCopies(failedCopyCount());
  style(Style.PLAIN);
  print("; all their frames are back, zeroed: ");
  printDecimal(usedFrames());
  print(" in use, as before they were loaded");
  newLine();
}

/** Of copies that were waited for the programs know, and may call it well. */
function summariseCopies(failed: u32): void {
  print(", ");
  printDecimal(failed);
  print(failed == 1 ? " copy that nobody waited for did not" : " copies that nobody waited for did not");
}
