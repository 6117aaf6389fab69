import { cpuIndex } from "platform";
import { PAGE_BYTES } from "../address/pages";
import { RegionKind } from "../spaces/kinds";
import { regionOfKind } from "../spaces/space";
import { currentTask } from "../tasks/scheduler";
import { Errno, Info } from "./abi";

/** `info(kind)`. EINVAL: no such kind. */
export function info(kind: u64): i64 {
  if (kind == Info.TASK) return currentTask().id;
  if (kind == Info.TEXT) return firstOf(RegionKind.TEXT);
  if (kind == Info.HEAP) return firstOf(RegionKind.HEAP);
  if (kind == Info.HEAP_BYTES) return heapBytes();
  if (kind == Info.STACK) return firstOf(RegionKind.STACK);
  if (kind == Info.STACK_TOP) return stackTop();
  if (kind == Info.MESSAGE_BUFFER) return firstOf(RegionKind.MESSAGE_BUFFER);
  if (kind == Info.PAGE_BYTES) return PAGE_BYTES;
  if (kind == Info.CPU) return cpuIndex();
  return Errno.EINVAL;
}

function firstOf(kind: u32): i64 {
  const region = regionOfKind(currentTask().space, kind);
  return region == null ? Errno.ENOENT : <i64>region.first;
}

function stackTop(): i64 {
  const region = regionOfKind(currentTask().space, RegionKind.STACK);
  return region == null ? Errno.ENOENT : <i64>(region.last + 1);
}

function heapBytes(): i64 {
  const region = regionOfKind(currentTask().space, RegionKind.HEAP);
  return region == null ? Errno.ENOENT : <i64>region.bytes;
}
