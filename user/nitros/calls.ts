import { Call, Info } from "../../kernel/syscalls/abi";
import { syscall } from "./machine";

export { Ending, Errno, MapFlag, MemoryFlag, Protect, Quota } from "../../kernel/syscalls/abi";

/** Ends this task with `status`. Returning from `main` does the same. */
export function exit(status: i32): void {
  syscall(Call.EXIT, <u64>(<i64>status), 0, 0, 0, 0, 0);
}

/** Lets the next task run. */
export function yieldNow(): void {
  syscall(Call.YIELD, 0, 0, 0, 0, 0, 0);
}

/** Writes `length` bytes of memory at `address` to the console: their number, EFAULT or EINVAL. */
export function log(address: u64, length: u64): i64 {
  return syscall(Call.LOG, address, length, 0, 0, 0, 0);
}

function info(kind: u32): u64 {
  return <u64>syscall(Call.INFO, kind, 0, 0, 0, 0, 0);
}

/** This task's number, from 1. */
export function taskNumber(): u32 {
  return <u32>info(Info.TASK);
}

/** First byte of the program's code. */
export function textStart(): u64 {
  return info(Info.TEXT);
}

/** First byte of the heap: memory that is the program's to use as it likes. */
export function heapStart(): u64 {
  return info(Info.HEAP);
}

export function heapBytes(): u64 {
  return info(Info.HEAP_BYTES);
}

/** Lowest byte of the stack; below it is a guard page. */
export function stackStart(): u64 {
  return info(Info.STACK);
}

/** One past the highest byte of the stack. */
export function stackEnd(): u64 {
  return info(Info.STACK_TOP);
}

/** A page through which text and messages go to the kernel. */
export function messageBuffer(): u64 {
  return info(Info.MESSAGE_BUFFER);
}

export function pageBytes(): u64 {
  return info(Info.PAGE_BYTES);
}

/** Maps `length` bytes of zeroed memory (Protect, MapFlag): its first byte, or an Errno. */
export function mmap(address: u64, length: u64, protection: u64, flags: u64): i64 {
  return syscall(Call.MMAP, address, length, protection, flags, 0, 0);
}

/** Removes what is mapped from `address` on: 0, or an Errno. */
export function munmap(address: u64, length: u64): i64 {
  return syscall(Call.MUNMAP, address, length, 0, 0, 0, 0);
}

/** Changes what memory may be used for (Protect): 0, or an Errno. */
export function mprotect(address: u64, length: u64, protection: u64): i64 {
  return syscall(Call.MPROTECT, address, length, protection, 0, 0, 0);
}

/** Seals what is mapped from `address` on: nothing removes, replaces, moves or protects it any more. 0, or an Errno. */
export function mseal(address: u64, length: u64): i64 {
  return syscall(Call.MSEAL, address, length, 0, 0, 0, 0);
}

/**
 * Maps the page of a device, or of contiguous memory of this task, at `physical` to read or write (Protect), at `address`, or with 0 anywhere: its first
 * byte, or an Errno.
 */
export function sysMap(address: u64, physical: u64, flags: u64): i64 {
  return syscall(Call.SYS_MAP, address, physical, flags, 0, 0, 0);
}

/** Takes such a page away: 0, or an Errno. */
export function sysUnmap(address: u64): i64 {
  return syscall(Call.SYS_UNMAP, address, 0, 0, 0, 0, 0);
}

/** Starts the program that was booted by the name of `length` bytes at `address`: its number, or an Errno. */
export function spawn(address: u64, length: u64): i64 {
  return syscall(Call.SPAWN, address, length, 0, 0, 0, 0);
}

/** Ends the module of that name: 0, or an Errno. */
export function unload(address: u64, length: u64): i64 {
  return syscall(Call.UNLOAD, address, length, 0, 0, 0, 0);
}

/** Physical address of the contiguous memory of a handle, or an Errno. */
export function physicalAddress(handle: u64): i64 {
  return syscall(Call.INFO, Info.PHYSICAL, handle, 0, 0, 0, 0);
}

/** How many of `kind` (Quota) this task, its copies and what it spawns may have together, or ENOENT: as many as there are. */
export function quotaLimit(kind: u64): i64 {
  return syscall(Call.INFO, Info.QUOTA_LIMIT, kind, 0, 0, 0, 0);
}

/** How many there are of these now, or ENOENT: there is no limit. */
export function quotaUsed(kind: u64): i64 {
  return syscall(Call.INFO, Info.QUOTA_USED, kind, 0, 0, 0, 0);
}

/** Moves the end of the heap: where it is then, or an Errno. With 0, only tells. */
export function brk(end: u64): i64 {
  return syscall(Call.BRK, end, 0, 0, 0, 0, 0);
}

/** Makes a copy of this task, with a copy of its memory: the copy's number here, 0 in the copy, or an Errno. */
export function fork(): i64 {
  return syscall(Call.FORK, 0, 0, 0, 0, 0, 0);
}

/** Waits until a copy that this task made has ended: its number, or an Errno. How it ended (Ending) is stored at `address`, unless 0. */
export function wait(address: u64): i64 {
  return syscall(Call.WAIT, address, 0, 0, 0, 0, 0);
}

/** From now on this task's memory is of these cache colours only (bit n: colour n); of any with 0. How many there are, or EINVAL. */
export function colours(set: u64): i64 {
  return syscall(Call.COLOURS, set, 0, 0, 0, 0, 0);
}
