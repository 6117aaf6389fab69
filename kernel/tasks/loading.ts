import { contextStart } from "platform";
import { PhysAddr, VirtAddr } from "../address/addr";
import { UserSlot } from "../address/layout";
import { PAGE_BYTES } from "../address/pages";
import { moduleBytes, moduleName, modulePhysical } from "../bootinfo/bootinfo";
import { MODULE_NAME_BYTES } from "../bootinfo/layout";
import { addHeap } from "../spaces/heap-end";
import { RegionKind } from "../spaces/kinds";
import { drawBase, drawModuleBase } from "../spaces/placement";
import { Backing, READ_WRITE, Region, Right } from "../spaces/region";
import { placeRegion } from "../spaces/place";
import { populate } from "../spaces/populate";
import { createSpace, findRegion, Space, SpaceError } from "../spaces/space";
import { RecordKind } from "../trace/records";
import { trace, traceTask, traceText } from "../trace/trace";
import { QUOTA_KINDS } from "../quotas/layout";
import { makeQuota, Quota, setLimit, takeRefused } from "../quotas/quota";
import { countAgainst } from "../spaces/space-pool";
import {
  checkImage,
  hasQuota,
  imageEntry,
  imageErrorFound,
  imageExtent,
  imageManifest,
  loadImage,
  quotaLimit,
} from "./image";
import { ImageError } from "./image-errors";
import { makeReady } from "./balance";
import { runningLike, unloadModule } from "./modules";
import { versionOf } from "../manifests/manifest";
import { countRefused } from "./outcome";
import { endTask } from "./scheduler";
import { makeTask, numberTask, Task, TaskEnd } from "./task";

/** Bytes of a task's stack, of its first heap, and of its message buffer; each between guards of a page. */
const STACK_BYTES: u64 = 64 * 1024;
const HEAP_BYTES: u64 = 64 * 1024;
const MESSAGE_BYTES: u64 = 4096;

/** For a program that has no task. */
const refusedName = memory.data(48);
if (MODULE_NAME_BYTES != 48) ERROR("refusedName holds the name of a module");

/**
 * Makes a task of boot module `module`, ready to run; it counts against `quota`, unless its image has one of its own. A module of the same name and a lower version, which runs on no CPU, makes room for it. On
 * an error nothing is left of it but its number.
 */
export function loadProgram(module: u32, quota: Quota): u32 {
  const id = numberTask();
  traceTask(id);
  let refusal = checkImage(<PhysAddr>modulePhysical(module), moduleBytes(module));
  const older = refusal == ImageError.NONE ? runningLike(imageManifest()) : null;
  if (older != null && versionOf(older.space.manifest) >= versionOf(imageManifest())) refusal = ImageError.MODULE_RUNS;
  const task = refusal == ImageError.NONE ? makeTask(id) : null;
  if (task == null) {
    countRefused();
    return refuse(module, refusal == ImageError.NONE ? ImageError.NO_MEMORY : refusal);
  }
  const error = loadCounted(task, module, quota);
  if (error == ImageError.NONE && older != null) unloadModule(older, id);
  if (error == ImageError.NONE) return error;
  refuse(module, error);
  endTask(task, TaskEnd.REFUSED, <i32>error);
  return error;
}

function loadCounted(task: Task, module: u32, quota: Quota): u32 {
  const counted = hasQuota() ? makeImageQuota() : quota;
  if (counted == null) return ImageError.NO_MEMORY;
  countAgainst(task.space, counted);
  takeRefused();
  const error = furnish(task, module);
  return error == ImageError.NO_MEMORY && takeRefused() != null ? ImageError.OVER_QUOTA : error;
}

/** The image's own; null when there is no memory. */
function makeImageQuota(): Quota | null {
  const quota = makeQuota();
  for (let kind: u32 = 0; quota != null && kind < QUOTA_KINDS; kind++) setLimit(quota, kind, quotaLimit(kind));
  return quota;
}

function refuse(module: u32, error: u32): u32 {
  trace(RecordKind.TASK_REFUSED, module, imageErrorFound(error), error);
  traceText(RecordKind.TASK_NAME, refusedName, moduleName(module, refusedName));
  return error;
}

function furnish(task: Task, module: u32): u32 {
  task.nameLength = moduleName(module, task.name);
  const space = task.space;
  if (createSpace(space) != SpaceError.NONE) return ImageError.NO_MEMORY;
  space.manifest = imageManifest();
  const base = space.manifest != 0 ? drawModuleBase(space, imageExtent()) : drawBase(UserSlot.TEXT, imageExtent());
  if (base == 0) return ImageError.NO_MEMORY;
  const error = loadImage(space, base);
  if (error != ImageError.NONE) return error;
  if (addHeap(space, drawBase(UserSlot.HEAP, HEAP_BYTES + 2 * PAGE_BYTES), HEAP_BYTES) != SpaceError.NONE)
    return ImageError.NO_MEMORY;
  const message = guarded(space, UserSlot.IPC, MESSAGE_BYTES, RegionKind.MESSAGE_BUFFER, RegionKind.GUARD);
  if (message == 0) return ImageError.NO_MEMORY;
  const buffer = changetype<Region>(findRegion(space, message));
  buffer.backing = Backing.MESSAGE_BUFFER;
  // Others write to it.
  buffer.withheld = <u16>Right.EXECUTE;
  const stack = guarded(space, UserSlot.STACK, STACK_BYTES, RegionKind.STACK, RegionKind.STACK_GUARD);
  if (stack == 0) return ImageError.NO_MEMORY;
  space.mmapBase = drawBase(UserSlot.MMAP, 0);
  if (!populate(space, stack, stack + STACK_BYTES - 1, READ_WRITE)) return ImageError.NO_MEMORY;
  const stackTop = stack + STACK_BYTES;
  contextStart(task.context, base + imageEntry(), stackTop);
  trace(RecordKind.TASK_START, base, stackTop, module);
  traceText(RecordKind.TASK_NAME, task.name, task.nameLength);
  makeReady(task);
  return ImageError.NONE;
}

/** Adds a readable and writable region without pages in `slot`, with a page of guard below (of `guardKind`) and above. Its first byte, or 0. */
function guarded(space: Space, slot: u64, bytes: u64, kind: u32, guardKind: u32): u64 {
  const guard = drawBase(slot, bytes + 2 * PAGE_BYTES);
  const first = <VirtAddr>(guard + PAGE_BYTES);
  const above = <VirtAddr>(first + bytes);
  let error = placeRegion(space, guard, first - 1, guardKind, 0);
  if (error == SpaceError.NONE) error = placeRegion(space, first, above - 1, kind, READ_WRITE);
  if (error == SpaceError.NONE) error = placeRegion(space, above, above + PAGE_BYTES - 1, RegionKind.GUARD, 0);
  return error == SpaceError.NONE ? first : 0;
}
