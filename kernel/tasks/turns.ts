import { cpuIndex } from "platform";
import { startTimer } from "../cpu/timer";
import { askToWake } from "../cpu/wake";
import { CpuTasks, ownTasks, tasksOf, TurnState } from "./cpu-tasks";
import { Task, TaskState } from "./task";

/**
 * Turns: while others wait for a CPU, the task that runs on it keeps it for a turn, two at most. The CPU's timer runs only then, or for `patience.ts`. It is set
 * when somebody begins to wait, and not stopped when nobody does any more: that it then goes off once for nothing is less work than to
 * stop it at each switch.
 */

/** 0: tasks keep their CPU until they yield, wait or end. */
let turnMilliseconds: u32 = 0;

export function setTurn(milliseconds: u32): void {
  turnMilliseconds = milliseconds;
}

/** Somebody waits for `cpu`. If it runs a task, that has a turn from now on; another CPU sets its timer by itself, when it is interrupted. */
export function limitTurn(cpu: u32): void {
  const tasks = tasksOf(cpu);
  if (tasks.turn != TurnState.UNLIMITED || tasks.running == null || turnMilliseconds == 0) return;
  if (cpu != cpuIndex()) return askToWake(cpu);
  tasks.turn = TurnState.WHOLE;
  startTimer(turnMilliseconds);
}

/** This CPU begins with `task`. If it was chosen before all that are ready, it has what is left of the turn: tasks that call one another have one together. */
export function taskChanged(own: CpuTasks, task: Task): void {
  if (own.turn == TurnState.WHOLE && task.state == TaskState.READY) own.turn = TurnState.PART;
  if (own.readyCount != 0) limitTurnSlowly(cpuIndex());
}

/** Called through a variable, so that a switch for which nobody waits does not save registers for it: frames/allocator.ts. */
let limitTurnSlowly: (cpu: u32) => void = limitTurn;
limitTurnSlowly = limitTurn;

/** This CPU's timer is to go off, whoever has the CPU or wants it: what runs has it until then, and for the next turn. */
export function keepTime(): void {
  const own = ownTasks();
  if (own.turn != TurnState.UNLIMITED) return;
  own.turn = TurnState.PART;
  startTimer(turnMilliseconds);
}

/** This CPU's timer has gone off. True if the running task is to make room: it has had the whole turn, and others wait. */
export function isTurnOver(): bool {
  const own = ownTasks();
  const isWhole = own.turn == TurnState.WHOLE;
  own.turn = TurnState.UNLIMITED;
  if (own.running == null || own.readyCount == 0) return false;
  if (!isWhole) limitTurn(cpuIndex());
  return isWhole;
}
