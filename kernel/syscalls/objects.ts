import { isAligned, PAGE_BYTES } from "../address/pages";
import { Handle } from "../objects/handle";
import { closeHandle } from "../objects/handles";
import { HandleRight } from "../objects/rights";
import { isCapable } from "../manifests/manifest";
import { Capability } from "../manifests/layout";
import { MemoryObject, MOST_BYTES, MOST_IN_ROW } from "../spaces/memory-object";
import { discardMemory, makeMemory, makeMemoryInRow } from "../spaces/object-life";
import { setPager } from "../spaces/paged-objects";
import { handleOf, memoryHandleOf, openHandleIn } from "../spaces/handles";
import { revokeBelow } from "../spaces/revoke";
import { SpaceError } from "../spaces/space";
import { Quota } from "../quotas/quota";
import { currentTask } from "../tasks/scheduler";
import { Errno, MemoryFlag } from "./abi";
import { portRefusalOf } from "./ports";

/** The calls on handles of any object, and those that make memory to share. */

/** `memory_create(bytes, flags)`. A handle, or EINVAL, EPERM, ENOMEM. */
export function memoryCreate(bytes: u64, flags: u64): i64 {
  if (bytes == 0 || !isAligned(bytes, PAGE_BYTES) || (flags & ~MemoryFlag.ALL) != 0) return Errno.EINVAL;
  const quota = currentTask().space.quota;
  if ((flags & MemoryFlag.CONTIGUOUS) != 0) return createInRow(bytes, quota);
  return bytes > MOST_BYTES ? Errno.EINVAL : giveHandle(makeMemory(bytes, quota), HandleRight.ALL);
}

/** `memory_serve(bytes, port, key)`. A handle, or EINVAL, EBADF, EACCES, ENOMEM. */
export function memoryServe(bytes: u64, port: u64, key: u64): i64 {
  if (bytes == 0 || bytes > MOST_BYTES || !isAligned(bytes, PAGE_BYTES)) return Errno.EINVAL;
  const error = portRefusalOf(port, HandleRight.RECEIVE);
  if (error != 0) return error;
  const memory = makeMemory(bytes, currentTask().space.quota);
  if (memory != null) setPager(memory, changetype<Handle>(handleOf(currentTask().space, port)).object, key);
  return giveHandle(memory, HandleRight.ALL);
}

/** For devices: they are told its physical address. */
function createInRow(bytes: u64, quota: Quota): i64 {
  if (bytes > MOST_IN_ROW) return Errno.EINVAL;
  if (!isCapable(currentTask().space.manifest, Capability.DEVICES)) return Errno.EPERM;
  return giveHandle(makeMemoryInRow(bytes, quota), HandleRight.ALL);
}

/** A handle with `rights`, the first of `memory`; ENOMEM: there is no memory for it, or there was none for `memory`. */
export function giveHandle(memory: MemoryObject | null, rights: u32): i64 {
  if (memory == null) return Errno.ENOMEM;
  const handle = openHandleIn(currentTask().space, memory, rights, null);
  if (handle != null) return handle.number;
  discardMemory(memory);
  return Errno.ENOMEM;
}

/** `handle_close(handle)`. 0, or EBADF. */
export function handleClose(number: u64): i64 {
  const handle = handleOf(currentTask().space, number);
  if (handle == null) return Errno.EBADF;
  closeHandle(handle);
  return 0;
}

/** `handle_revoke(handle)`. 0, or EBADF, ENOMEM. */
export function handleRevoke(number: u64): i64 {
  const handle = handleOf(currentTask().space, number);
  if (handle == null) return Errno.EBADF;
  return revokeBelow(handle) == SpaceError.NONE ? 0 : Errno.ENOMEM;
}

/** The bytes of the memory of handle `number`; EBADF. */
export function memoryBytes(number: u64): i64 {
  const handle = memoryHandleOf(currentTask().space, number);
  if (handle == null) return Errno.EBADF;
  return <i64>changetype<MemoryObject>(handle.object).bytes;
}
