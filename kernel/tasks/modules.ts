import { PhysAddr } from "../address/addr";
import { moduleBytes, moduleCount, moduleName, modulePhysical } from "../bootinfo/bootinfo";
import { MODULE_NAME_BYTES } from "../bootinfo/layout";
import { ManifestFlag } from "../manifests/layout";
import { hasFlag, haveSameName, isNamed } from "../manifests/manifest";
import { RecordKind } from "../trace/records";
import { trace, traceTask } from "../trace/trace";
import { tasksOf } from "./cpu-tasks";
import { checkImage, imageManifest } from "./image";
import { ImageError } from "./image-errors";
import { endTask } from "./scheduler";
import { firstTask, Task, TaskEnd, TaskState } from "./task";

/** Modules that run, by name: there is never more than one of a name. And the programs that were booted, which those who may can start. */

/** What `bootProgram` did not find. */
export const NO_PROGRAM: u32 = u32.MAX_VALUE;

const known = memory.data(48);
if (MODULE_NAME_BYTES != 48) ERROR("known holds the name of a module");

/** The number of the program that was booted by the name of `length` bytes; NO_PROGRAM: none was. */
export function bootProgram(name: usize, length: u32): u32 {
  for (let module: u32 = 0; module < moduleCount(); module++) {
    if (moduleName(module, known) == length && memory.compare(known, name, length) == 0) return module;
  }
  return NO_PROGRAM;
}

/** Its manifest; 0: it has none, or its image would be refused. */
export function manifestOf(module: u32): u64 {
  const error = checkImage(<PhysAddr>modulePhysical(module), moduleBytes(module));
  return error == ImageError.NONE ? imageManifest() : 0;
}

/** Is there a module among the programs that were booted? */
export function areThereModules(): bool {
  for (let module: u32 = 0; module < moduleCount(); module++) if (manifestOf(module) != 0) return true;
  return false;
}

/** Is it there to be started by somebody later on? */
export function isOnDemand(module: u32): bool {
  const manifest = manifestOf(module);
  return manifest != 0 && hasFlag(manifest, ManifestFlag.ON_DEMAND);
}

/** The module that runs by the name that is in `manifest`; null: none does, or that is none. */
export function runningLike(manifest: u64): Task | null {
  const first = firstTask();
  if (first == null || manifest == 0) return null;
  let task = first;
  do {
    if (task.hasSpace && task.space.slot != 0 && haveSameName(task.space.manifest, manifest)) return task;
    task = task.next;
  } while (task != first);
  return null;
}

/** The one by the name of `length` bytes. */
export function runningNamed(name: usize, length: u32): Task | null {
  const first = firstTask();
  if (first == null) return null;
  let task = first;
  do {
    if (task.hasSpace && task.space.slot != 0 && isNamed(task.space.manifest, name, length)) return task;
    task = task.next;
  } while (task != first);
  return null;
}

/** Ends a module that runs on no CPU, as if it had by itself: its memory, its ports and their names are free. */
export function unloadModule(task: Task, by: u32): void {
  assert(task.state != TaskState.RUNNING, "a module is unloaded where it runs");
  if (task.state == TaskState.READY) tasksOf(task.cpu).remove(task);
  traceTask(task.id);
  trace(RecordKind.TASK_EXIT, 0, 0, 0);
  endTask(task, TaskEnd.EXITED, 0);
  traceTask(by);
}
