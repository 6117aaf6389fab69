import { Task, TaskEnd, TaskOrigin } from "./task";

/** What became of programs, and of copies whose end nobody waited for. What became of the others their parents know. */
let programs: u32 = 0;
let failedPrograms: u32 = 0;
let failedCopies: u32 = 0;

/** A program that could not be loaded. */
export function countRefused(): void {
  programs += 1;
  failedPrograms += 1;
}

/** `task` has ended, and nobody can wait for it. */
export function countEnd(task: Task): void {
  const isWell = task.end == TaskEnd.EXITED && task.status == 0;
  if (task.origin == TaskOrigin.COPY) {
    if (!isWell) failedCopies += 1;
    return;
  }
  programs += 1;
  if (!isWell) failedPrograms += 1;
}

export function programCount(): u32 {
  return programs;
}

export function failedProgramCount(): u32 {
  return failedPrograms;
}

export function failedCopyCount(): u32 {
  return failedCopies;
}
