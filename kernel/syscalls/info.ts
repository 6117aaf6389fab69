import { cpuIndex } from "platform";
import { PAGE_BYTES } from "../address/pages";
import { RegionKind } from "../spaces/kinds";
import { QUOTA_KINDS, QuotaKind } from "../quotas/layout";
import { limitOf, Quota, usedOf } from "../quotas/quota";
import { heapOf, regionOfKind, Space } from "../spaces/space";
import { Task } from "../tasks/task";
import { Errno, Info, Quota as Quotas } from "./abi";
import { physicalOf } from "./devices";
import { memoryBytes } from "./objects";

/** `info(kind, argument)` of the running task. EINVAL: no such kind. */
export function info(task: Task, kind: u64, argument: u64): i64 {
  if (kind == Info.PHYSICAL) return physicalOf(task.space, argument);
  if (kind == Info.MEMORY_BYTES) return memoryBytes(argument);
  if (kind == Info.QUOTA_LIMIT || kind == Info.QUOTA_USED) return infoOfQuota(task.space.quota, kind, argument);
  return kind <= Info.AT_HAND ? infoAtHand(task, kind) : infoOfRegion(task.space, kind);
}

/** What does not change while the task runs here, so that no lock is needed. `kind` up to AT_HAND. */
@inline
export function infoAtHand(task: Task, kind: u64): i64 {
  if (kind == Info.TASK) return task.id;
  return kind == Info.CPU ? cpuIndex() : PAGE_BYTES;
}

/** What is used of a quota without a limit is all tasks' that have none, and nobody's to know. */
function infoOfQuota(quota: Quota, kind: u64, what: u64): i64 {
  if (what >= QUOTA_KINDS) return Errno.EINVAL;
  const limit = limitOf(quota, <u32>what);
  if (limit == 0) return Errno.ENOENT;
  return kind == Info.QUOTA_LIMIT ? <i64>limit : <i64>usedOf(quota, <u32>what);
}
if (<u64>QuotaKind.FRAMES != Quotas.FRAMES || <u64>QuotaKind.TABLES != Quotas.TABLES) ERROR("Quota is QuotaKind");
if (<u64>QuotaKind.REGIONS != Quotas.REGIONS || <u64>QuotaKind.HANDLES != Quotas.HANDLES) ERROR("Quota is QuotaKind");

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
  const region = heapOf(space);
  return region == null ? Errno.ENOENT : <i64>region.bytes;
}
