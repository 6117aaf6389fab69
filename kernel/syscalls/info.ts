import { cpuIndex } from "platform";
import { PAGE_BYTES } from "../address/pages";
import { RegionKind } from "../spaces/kinds";
import { regionOfKind, Space } from "../spaces/space";
import { Task } from "../tasks/task";
import { Errno, Info } from "./abi";

/** Is it known without a look at the task's regions? Then no lock is needed: it does not change while the task runs here. */
export function isAtHand(kind: u64): bool {
  return kind == Info.TASK || kind == Info.PAGE_BYTES || kind == Info.CPU;
}

/** `info(kind)` of the running task. EINVAL: no such kind. Under the kernel's lock, unless it is at hand. */
export function info(task: Task, kind: u64): i64 {
  if (kind == Info.TASK) return task.id;
  if (kind == Info.PAGE_BYTES) return PAGE_BYTES;
  if (kind == Info.CPU) return cpuIndex();
  return infoOfRegion(task.space, kind);
}

function infoOfRegion(space: Space, kind: u64): i64 {
  if (kind == Info.TEXT) return firstOf(space, RegionKind.TEXT);
  if (kind == Info.HEAP) return firstOf(space, RegionKind.HEAP);
  if (kind == Info.HEAP_BYTES) return heapBytes(space);
  if (kind == Info.STACK) return firstOf(space, RegionKind.STACK);
  if (kind == Info.STACK_TOP) return stackTop(space);
  if (kind == Info.MESSAGE_BUFFER) return firstOf(space, RegionKind.MESSAGE_BUFFER);
  return Errno.EINVAL;
}

function firstOf(space: Space, kind: u32): i64 {
  const region = regionOfKind(space, kind);
  return region == null ? Errno.ENOENT : <i64>region.first;
}

function stackTop(space: Space): i64 {
  const region = regionOfKind(space, RegionKind.STACK);
  return region == null ? Errno.ENOENT : <i64>(region.last + 1);
}

function heapBytes(space: Space): i64 {
  const region = regionOfKind(space, RegionKind.HEAP);
  return region == null ? Errno.ENOENT : <i64>region.bytes;
}
