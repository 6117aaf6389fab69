import { isAligned, PAGE_BYTES } from "../address/pages";
import { IpcError } from "../ipc/errors";
// Who misses a page is told to it.
import "../ipc/pager";
import { isForMemory, supply } from "../ipc/supply";
import { takeDirty, writeBack, writtenBackTo } from "../ipc/write-back";
import { HandleRight } from "../objects/rights";
import { isMapped } from "../spaces/change";
import { handleOf, memoryHandleOf } from "../spaces/handles";
import { MemoryObject } from "../spaces/memory-object";
import { isUserRange } from "../spaces/space";
import { rememberCall } from "../tasks/absent";
import { currentTask } from "../tasks/scheduler";
import { TaskState } from "../tasks/task";
import { Call, Errno, Sync } from "./abi";
import { wholePages } from "./memory";

/** The calls of servers that have the pages of objects, and of those who write such pages. */

/** As much as one call supplies. */
const MOST_SUPPLIED: u64 = 64 * PAGE_BYTES;

/** `memory_supply(memory, offset, address, bytes)`. The bytes that are supplied now, or EINVAL, EBADF, EACCES, EFAULT, ENOMEM. */
export function memorySupply(number: u64, offset: u64, address: u64, bytes: u64): i64 {
  const error = refusalOf(number);
  if (error != 0) return error;
  const memory = pagedMemory(number);
  const isWhole = isAligned(offset | address | bytes, PAGE_BYTES);
  if (!isWhole || bytes == 0 || bytes > MOST_SUPPLIED || bytes > memory.bytes) return Errno.EINVAL;
  if (offset > memory.bytes - bytes || !isUserRange(address, address + bytes - 1)) return Errno.EINVAL;
  const task = currentTask();
  const done = supply(task, memory, offset, address, bytes);
  if (task.state == TaskState.STARVED) rememberCall(task, Call.MEMORY_SUPPLY, number, offset, address, bytes);
  if (done == 0) return isForMemory(task.space, address) ? Errno.ENOMEM : Errno.EFAULT;
  return <i64>done;
}

/** `memory_clean(memory, offset)`. A run's first byte and number of pages, or EBADF, EACCES, EINVAL, ENOENT. */
export function memoryClean(number: u64, offset: u64): i64 {
  const error = refusalOf(number);
  if (error != 0) return error;
  return isAligned(offset, PAGE_BYTES) ? takeDirty(pagedMemory(number), offset) : Errno.EINVAL;
}

/** Why the task may not do that with handle `number`; 0: it may. */
function refusalOf(number: u64): i64 {
  const handle = memoryHandleOf(currentTask().space, number);
  if (handle == null) return Errno.EBADF;
  if (changetype<MemoryObject>(handle.object).pager == null) return Errno.EBADF;
  return handle.may(HandleRight.SEND) ? 0 : Errno.EACCES;
}

function pagedMemory(number: u64): MemoryObject {
  return changetype<MemoryObject>(handleOf(currentTask().space, number)!.object);
}

/** `msync(address, length, flags)`. 0, or EINVAL, ENOMEM, EIO. When a pager has taken what it was asked to, the call is made again for the rest. */
export function msync(address: u64, length: u64, flags: u64): i64 {
  const bytes = wholePages(length);
  const last = address + bytes - 1;
  if (flags != Sync.SYNC || bytes == 0 || !isUserRange(address, last)) return Errno.EINVAL;
  const task = currentTask();
  if (!isMapped(task.space, address, last)) return Errno.ENOMEM;
  const result = writeBack(task, address, last);
  if (result != IpcError.WAITS) return result;
  const next = writtenBackTo();
  rememberCall(task, Call.MSYNC, next, next > last ? 0 : last + 1 - next, flags, 0);
  task.state = TaskState.WAITING;
  return result;
}
