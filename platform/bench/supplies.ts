import { cpuIndex, physLoad32, physLoad64, physStore32, physStore64 } from "platform";
import {
  allocateBlock,
  allocateFrame,
  freeBlock,
  freeFrame,
  FrameError,
  FrameOwner,
} from "../../kernel/frames/allocator";
import { Frame } from "../../kernel/frames/frame";
import { BENCH_BASE, STACK_BYTES_SHIFT, STACK_CAPACITY, STACK_TOPS_AT, STACKS_AT } from "./layout";

/**
 * Who frames are taken from: one type each, without state, so that `changetype<S>(0).take()` is a direct call. A handle is whatever
 * the supply knows a frame by.
 */
const LARGE_ORDER: u32 = 9;

/** What `take` and `takeLarge` answer when there is none left. */
export const NONE: u64 = 0xffff_ffff;

/** What every supply can do: for tsc, which asks what a type parameter has. */
export interface Supply {
  take(): u64;
  give(frame: u64): void;
  takeLarge(): u64;
  giveLarge(frame: u64): void;
}

/** The kernel's allocator. Handles are frame numbers. */
@unmanaged
@final
export class Kernel {

  @inline
  take(): u64 {
    return allocateFrame(FrameOwner.USER).number;
  }


  @inline
  give(frame: u64): void {
    const error = freeFrame(Frame.of(<u32>frame));
    assert(error == FrameError.NONE, "a frame that was allocated is not taken back");
  }


  @inline
  takeLarge(): u64 {
    return allocateBlock(LARGE_ORDER, FrameOwner.USER).number;
  }


  @inline
  giveLarge(frame: u64): void {
    const error = freeBlock(Frame.of(<u32>frame), LARGE_ORDER);
    assert(error == FrameError.NONE, "a block that was allocated is not taken back");
  }
}

/**
 * The floor: a last-in-first-out stack of numbers for each CPU, which checks nothing, knows no owner and keeps no block whole. Its words
 * are physical memory's, as the kernel's are: the compiler may not leave them out.
 *
 *     top of CPU n    a cache line: address of the first word above the stack
 *     stack of CPU n  NONE │ frame │ frame │ …        u32 each
 */
@unmanaged
@final
export class Stack {

  @inline
  take(): u64 {
    const top = topOf(cpuIndex());
    const above = physLoad64(top);
    const frame: u64 = physLoad32(above - 4);
    if (frame != NONE) physStore64(top, above - 4);
    return frame;
  }


  @inline
  give(frame: u64): void {
    const top = topOf(cpuIndex());
    const above = physLoad64(top);
    physStore32(above, <u32>frame);
    physStore64(top, above + 4);
  }

  /** A stack of blocks is the same stack. */
  @inline
  takeLarge(): u64 {
    return this.take();
  }


  @inline
  giveLarge(frame: u64): void {
    this.give(frame);
  }
}

let benchBase: u64 = BENCH_BASE;

/** The bench's own memory begins at `base`. */
export function putStacksAt(base: u64): void {
  benchBase = base;
}

function topOf(cpu: u32): u64 {
  return benchBase + STACK_TOPS_AT + ((<u64>cpu) << 6);
}

/** Fills this CPU's stack with the numbers below `count`, the lowest on top. */
export function fillStack(cpu: u32, count: u64): void {
  assert(count < STACK_CAPACITY, "the stack has no such room");
  physStore64(topOf(cpu), benchBase + STACKS_AT + ((<u64>cpu) << STACK_BYTES_SHIFT));
  const stack = changetype<Stack>(0);
  stack.give(NONE);
  for (let frame = count; frame > 0; frame--) stack.give(frame - 1);
}
