import { allocateBlock } from "../frames/allocator";
import { FrameOwner } from "../frames/owners";

/**
 * Words by which CPUs speak to one another: in physical memory, where there are atomic operations. Each CPU has 128 bytes, two cache lines,
 * since processors fetch lines in pairs. There are none while there is one CPU.
 *
 *     0  its Request      8  its Start state
 *     64  of CPU 0: the kernel's lock      72  of CPU 0: the CPU that panics, from 1      80  of CPU 0: CPUs that it has stopped
 */
const LINE_BYTES: u64 = 128;
const START: u64 = 8;
const LOCK: u64 = 64;
const STOPPER: u64 = 72;
const STOPPED: u64 = 80;
/** 64 CPUs times 128 bytes are two frames. */
const ORDER: u32 = 1;

let lines: u64 = 0;

/** Before the first processor is started. False when there is no memory. */
export function makeLines(): bool {
  const frame = allocateBlock(ORDER, FrameOwner.KERNEL_DATA);
  if (!frame.isNone) lines = frame.address;
  return !frame.isNone;
}

/** Is there more than one CPU? */
export function hasLines(): bool {
  return lines != 0;
}

export function requestAddress(cpu: u32): u64 {
  return lines + <u64>cpu * LINE_BYTES;
}

export function startAddress(cpu: u32): u64 {
  return requestAddress(cpu) + START;
}

export function kernelLockAddress(): u64 {
  return lines + LOCK;
}

export function stopperAddress(): u64 {
  return lines + STOPPER;
}

export function stoppedAddress(): u64 {
  return lines + STOPPED;
}
