import { cpuIndex } from "platform";
import { onlineCpus } from "../cpu/online";
import { askToWake } from "../cpu/wake";
import { CpuTasks, tasksOf } from "./cpu-tasks";
import { Task, TaskState } from "./task";
import { limitTurn } from "./turns";

/** Which CPU runs a task. With one CPU there is no choice. */

/** The task can run from now on: on the CPU that is wanted least, where it ran last among equals. A CPU that sleeps is woken. */
export function makeReady(task: Task): void {
  const cpu = leastWanted(task.cpu);
  const isAsleep = tasksOf(cpu).load == 0;
  task.state = TaskState.READY;
  task.cpu = cpu;
  tasksOf(cpu).append(task);
  if (!isAsleep) limitTurn(cpu);
  else if (cpu != cpuIndex()) askToWake(cpu);
}

/** `preferred` if none is wanted less. */
function leastWanted(preferred: u32): u32 {
  let best = preferred;
  for (let rest = onlineCpus(); rest != 0; rest &= rest - 1) {
    const cpu = <u32>ctz<u64>(rest);
    if (tasksOf(cpu).load < tasksOf(best).load) best = cpu;
  }
  return best;
}

/** The next task for the CPU whose queue is `own`: the chosen one, its own, else one from the longest queue; null when none waits anywhere. */
export function takeNext(own: CpuTasks): Task | null {
  const chosen = own.chosen;
  if (chosen == null) return takeReadySlowly(own);
  own.chosen = null;
  return chosen;
}

/** Called through a variable, so that a direct switch does not save registers for it: frames/allocator.ts. */
let takeReadySlowly: (own: CpuTasks) => Task | null = takeReady;
takeReadySlowly = takeReady;

function takeReady(own: CpuTasks): Task | null {
  return own.readyCount != 0 ? own.takeFirst() : longestQueue().takeFirst();
}

function longestQueue(): CpuTasks {
  let longest = tasksOf(0);
  for (let rest = onlineCpus(); rest != 0; rest &= rest - 1) {
    const queue = tasksOf(<u32>ctz<u64>(rest));
    if (queue.readyCount > longest.readyCount) longest = queue;
  }
  return longest;
}
