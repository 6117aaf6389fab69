import { isAligned, PAGE_BYTES } from "../address/pages";
import { closeHandle } from "../objects/handles";
import { HandleRight } from "../objects/rights";
import { forgetMemory, makeMemory, MOST_BYTES } from "../spaces/memory-object";
import { handleOf, openHandleIn } from "../spaces/handles";
import { revokeBelow } from "../spaces/revoke";
import { SpaceError } from "../spaces/space";
import { currentTask } from "../tasks/scheduler";
import { Errno } from "./abi";

/** The calls on handles of any object, and those that make memory to share. */

/** `memory_create(bytes)`. A handle, or EINVAL, ENOMEM. */
export function memoryCreate(bytes: u64): i64 {
  if (bytes == 0 || bytes > MOST_BYTES || !isAligned(bytes, PAGE_BYTES)) return Errno.EINVAL;
  const memory = makeMemory(bytes);
  if (memory == null) return Errno.ENOMEM;
  const handle = openHandleIn(currentTask().space, memory, HandleRight.ALL, null);
  if (handle != null) return handle.number;
  forgetMemory(memory);
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
