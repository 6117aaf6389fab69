import { exit } from "platform";
import { panic } from "../console/panic";
import { Style, style } from "../console/style";
import { flush, newLine, print, printDecimal } from "../console/text";
import { usedFrames } from "../frames/counts";
import { validate } from "../frames/validate";
import { drainTrace } from "../trace/trace";
import { schedule } from "./scheduler";
import { taskAt, taskCount, TaskEnd } from "./task";

/** The end of a run: when no task is left, all their memory is back, and the machine stops with what became of them. */
const ALL_WELL: u32 = 0;
const SOME_FAILED: u32 = 1;

let framesBeforeTasks: u64 = 0;

/** Remembers the frames in use before the first task is loaded: the same number must be in use after the last one ended. */
export function rememberFrames(): void {
  framesBeforeTasks = usedFrames();
}

/** Leaves to the next ready task, or ends the machine when there is none. */
export function resumeNextOrEnd(): void {
  if (schedule()) return;
  if (usedFrames() != framesBeforeTasks)
    panic("tasks have leaked frames; in use, where none should be", usedFrames() - framesBeforeTasks);
  const damage = validate();
  if (damage != 0) panic("the frame table contradicts itself", damage);
  const failed = countFailed();
  summarise(failed);
  flush();
  drainTrace();
  exit(failed == 0 ? ALL_WELL : SOME_FAILED);
}

function countFailed(): u32 {
  let failed: u32 = 0;
  for (let id: u32 = 1; id <= taskCount(); id++) {
    const task = taskAt(id);
    if (task.end != TaskEnd.EXITED || task.status != 0) failed += 1;
  }
  return failed;
}

function summarise(failed: u32): void {
  newLine();
  style(failed == 0 ? Style.GOOD : Style.BAD);
  printDecimal(taskCount() - failed);
  print(" of ");
  printDecimal(taskCount());
  print(taskCount() == 1 ? " program ended well" : " programs ended well");
  style(Style.PLAIN);
  print("; all their frames are back, zeroed: ");
  printDecimal(usedFrames());
  print(" in use, as before");
  newLine();
}
