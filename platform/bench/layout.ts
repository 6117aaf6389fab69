import { framesBuild, framesDescribe, framesForget } from "../../kernel/frames/bring-up";
import { FrameError } from "../../kernel/frames/errors";
import { FrameOwner } from "../../kernel/frames/owners";

/**
 * Where things are in the physical memory of a bench in a process. Addresses of the bench's own lie above all that the kernel is told of;
 * on metal they are of a block that the kernel allocated.
 *
 *     4 GiB    the RAM described to the kernel
 *     12 GiB   the bench's own: words that CPUs share, then the stacks of the floor
 */
export const RAM_BASE: u64 = 0x1_0000_0000;
export const BENCH_BASE: u64 = 0x3_0000_0000;
export const BENCH_BYTES: u64 = 0x1000_0000 + 0x40_0000;
/** One word on a cache line of its own: how many CPUs have reached the start. */
export const ARRIVED_AT: u64 = BENCH_BASE;
/** From where the bench's own memory begins. One line a CPU: how many entries its stack has. */
export const STACK_TOPS_AT: u64 = 4096;
/** Each stack has 4 MiB, for the numbers of 2^19 frames (2 GiB) and what marks its bottom. */
export const STACKS_AT: u64 = 0x40_0000;
export const STACK_BYTES_SHIFT: u64 = 22;
export const STACK_CAPACITY: u64 = 0x10_0000;

/** `bytes` of free RAM, and the kernel's allocator on them. The machine has declared both ranges. */
export function describeRam(bytes: u64): void {
  framesForget();
  let error = framesDescribe(RAM_BASE, RAM_BASE + bytes - 1, FrameOwner.FREE, 0);
  assert(error == FrameError.NONE, "the RAM of the bench is not accepted");
  error = framesBuild();
  assert(error == FrameError.NONE, "the frame table of the bench is not made");
}
