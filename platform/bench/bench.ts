import { frameAllocatorBytes, freeFrames, frameTableBytes, validate } from "../../kernel/frames/allocator";
import { describeRam } from "./layout";
import { fragment, shuffleHeld, takeLargeBlocks, unheldBlocks } from "./fragmentation";
import { expect, giveMany, pair, pairLarge, takeMany, timedPair } from "./measured";
import { fillStack, Kernel, Stack } from "./supplies";

/**
 * What `nitros bench frames` calls, on every machine: function(cpu, argument). What is measured is one call. Results are 0 where nothing
 * is said of them.
 */

/** Makes `bytes` of declared RAM the kernel's. */
export function describe(cpu: u32, bytes: u64): u64 {
  describeRam(bytes);
  return 0;
}

export function kernelFree(cpu: u32, argument: u64): u64 {
  return freeFrames();
}

export function kernelTableBytes(cpu: u32, argument: u64): u64 {
  return frameTableBytes();
}

export function kernelAllocatorBytes(cpu: u32, argument: u64): u64 {
  return frameAllocatorBytes();
}

/** A FrameError, or NONE. */
export function kernelValidate(cpu: u32, argument: u64): u64 {
  return validate();
}

/** Puts `frames` numbers on the stack of this CPU. */
export function stackFill(cpu: u32, frames: u64): u64 {
  fillStack(cpu, frames);
  return 0;
}

export function kernelPair(cpu: u32, pairs: u64): u64 {
  pair<Kernel>(pairs);
  return 0;
}

export function stackPair(cpu: u32, pairs: u64): u64 {
  pair<Stack>(pairs);
  return 0;
}

export function kernelPairLarge(cpu: u32, pairs: u64): u64 {
  pairLarge<Kernel>(pairs);
  return 0;
}

export function stackPairLarge(cpu: u32, pairs: u64): u64 {
  pairLarge<Stack>(pairs);
  return 0;
}

export function kernelTake(cpu: u32, count: u64): u64 {
  takeMany<Kernel>(count);
  return 0;
}

export function stackTake(cpu: u32, count: u64): u64 {
  takeMany<Stack>(count);
  return 0;
}

export function kernelGive(cpu: u32, count: u64): u64 {
  giveMany<Kernel>(count);
  return 0;
}

export function stackGive(cpu: u32, count: u64): u64 {
  giveMany<Stack>(count);
  return 0;
}

/** Puts `count` handles that were taken in random order, always the same. */
export function shuffle(cpu: u32, count: u64): u64 {
  shuffleHeld(count, 1);
  return 0;
}

/** The mix, after which `half` frames are free. */
export function kernelFragment(cpu: u32, half: u64): u64 {
  fragment<Kernel>(half, 1);
  return 0;
}

/** Takes every free 2 MiB block; returns how many there were. */
export function kernelBlocks(cpu: u32, argument: u64): u64 {
  return takeLargeBlocks<Kernel>();
}

export function stackFragment(cpu: u32, half: u64): u64 {
  fragment<Stack>(half, 1);
  return 0;
}

/** 2 MiB blocks of which nothing is held, among `frames` frames. */
export function stackBlocks(cpu: u32, frames: u64): u64 {
  return unheldBlocks(frames);
}

/** Before a timed pair: none has come to the start. */
export function arrange(cpu: u32, argument: u64): u64 {
  expect();
  return 0;
}

/** `argument`: CPUs, and above bit 8 the pairs. Returns nanoseconds. */
export function kernelPairTimed(cpu: u32, argument: u64): u64 {
  return timedPair<Kernel>(argument & 0xff, argument >> 8);
}

export function stackPairTimed(cpu: u32, argument: u64): u64 {
  return timedPair<Stack>(argument & 0xff, argument >> 8);
}
