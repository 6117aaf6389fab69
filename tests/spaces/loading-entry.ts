/** Programs and modules, loaded by the kernel into spaces as `entry.ts` makes them, run by nobody, and ended. */
export * from "./entry";
export { placeAtFixedBases } from "../../kernel/random/aslr";
export { mmap } from "../../kernel/syscalls/memory";
import { startSpaces } from "./entry";
import { openModuleZone } from "../../kernel/paging/module-zone";
import { openQuota } from "../../kernel/quotas/quota";
import { ImageError } from "../../kernel/tasks/image-errors";
import { loadProgram } from "../../kernel/tasks/loading";
import { currentTask, exitCurrent, schedule } from "../../kernel/tasks/scheduler";

/** Bring-up, with the zone of modules. */
export function startLoading(): bool {
  if (!startSpaces()) return false;
  openModuleZone();
  return true;
}

/** Makes a task of boot module `module`, which the CPU then has chosen to run: its space; 0 when it is refused. */
export function startTask(module: u32): usize {
  if (loadProgram(module, openQuota()) != ImageError.NONE || !schedule()) return 0;
  return changetype<usize>(currentTask().space);
}

/** Ends the task that runs. */
export function endRunning(): void {
  exitCurrent(0);
}
