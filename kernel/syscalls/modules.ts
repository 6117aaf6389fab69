import { physStore8 } from "platform";
import { PhysAddr } from "../address/addr";
import { alignUp, PAGE_BYTES } from "../address/pages";
import { moduleBytes, modulePhysical } from "../bootinfo/bootinfo";
import { MODULE_NAME_BYTES } from "../bootinfo/layout";
import { Capability } from "../manifests/layout";
import { isCapable, versionOf } from "../manifests/manifest";
import { HandleRight } from "../objects/rights";
import { makeMemoryAt } from "../spaces/object-life";
import { copyIn } from "../spaces/user-memory";
import { loadProgram } from "../tasks/loading";
import { bootProgram, manifestOf, NO_PROGRAM, runningLike, runningNamed, unloadModule } from "../tasks/modules";
import { ImageError } from "../tasks/image-errors";
import { currentTask } from "../tasks/scheduler";
import { firstTask, Task, TaskState } from "../tasks/task";
import { traceTask } from "../trace/trace";
import { Errno } from "./abi";
import { giveHandle } from "./objects";

/** The calls on what was booted: those that start programs and end modules, for modules with the capability "module-control"; and one that reads images. */

const name = memory.data(48);
if (MODULE_NAME_BYTES != 48) ERROR("name holds the name of a module");

/** `spawn(address, length)`. The task's number, or EINVAL, EPERM, EFAULT, ENOENT, EEXIST, EAGAIN, ENOMEM. */
export function spawn(address: u64, length: u64): i64 {
  const refusal = takeName(address, length);
  if (refusal != 0) return refusal;
  const module = bootProgram(name, <u32>length);
  if (module == NO_PROGRAM) return Errno.ENOENT;
  const manifest = manifestOf(module);
  const older = runningLike(manifest);
  if (older != null && versionOf(older.space.manifest) >= versionOf(manifest)) return Errno.EEXIST;
  if (older != null && older.state == TaskState.RUNNING) return Errno.EAGAIN;
  const caller = currentTask();
  const error = loadProgram(module, caller.space.quota);
  traceTask(caller.id);
  if (error != ImageError.NONE) return isShortage(error) ? Errno.ENOMEM : Errno.EINVAL;
  // The ring of tasks is in the order of their numbers.
  const task = changetype<Task>(firstTask()).previous;
  task.parent = caller;
  return task.id;
}

function isShortage(error: u32): bool {
  return error == ImageError.NO_MEMORY || error == ImageError.OVER_QUOTA;
}

/** `unload(address, length)`. 0, or EINVAL, EPERM, EFAULT, ENOENT, EAGAIN. */
export function unload(address: u64, length: u64): i64 {
  const refusal = takeName(address, length);
  if (refusal != 0) return refusal;
  const caller = currentTask();
  const task = runningNamed(name, <u32>length);
  if (task == null) return Errno.ENOENT;
  if (task == caller) return Errno.EINVAL;
  if (task.state == TaskState.RUNNING) return Errno.EAGAIN;
  unloadModule(task, caller.id);
  return 0;
}

/** `image_open(address, length)`. A handle, or EINVAL, EFAULT, ENOENT, ENOMEM. */
export function imageOpen(address: u64, length: u64): i64 {
  const refusal = readName(address, length);
  if (refusal != 0) return refusal;
  const module = bootProgram(name, <u32>length);
  if (module == NO_PROGRAM) return Errno.ENOENT;
  const first = <PhysAddr>modulePhysical(module);
  clearRest(first, moduleBytes(module));
  return giveHandle(
    makeMemoryAt(first, alignUp(moduleBytes(module), PAGE_BYTES)),
    HandleRight.RECEIVE | HandleRight.GRANT,
  );
}

/** What the firmware left behind an image in its last page is nobody's to read. */
function clearRest(first: PhysAddr, bytes: u64): void {
  for (let at = bytes; at < alignUp(bytes, PAGE_BYTES); at++) physStore8(<PhysAddr>(first + at), 0);
}

/** Copies a name into `name`, for who may control modules. 0, or why that cannot be. */
function takeName(address: u64, length: u64): i64 {
  if (length == 0 || length >= MODULE_NAME_BYTES) return Errno.EINVAL;
  if (!isCapable(currentTask().space.manifest, Capability.MODULE_CONTROL)) return Errno.EPERM;
  return readName(address, length);
}

function readName(address: u64, length: u64): i64 {
  if (length == 0 || length >= MODULE_NAME_BYTES) return Errno.EINVAL;
  return copyIn(name, address, <u32>length, currentTask().space) ? 0 : Errno.EFAULT;
}
