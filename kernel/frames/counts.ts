import { FrameOwner, isReserved, isUsed, OWNER_COUNT } from "./owners";

/** Frames by owner, kept as frames change hands; `validate` counts them again. */
const counts = memory.data(512, 8);
if (64 * 8 != 512) ERROR("counts holds OWNER_COUNT numbers");

export function forgetCounts(): void {
  for (let owner: u32 = 0; owner < OWNER_COUNT; owner++) store<u64>(slot(owner), 0);
}

function slot(owner: u32): usize {
  return counts + ((<usize>owner) << 3);
}

export function ownedFrames(owner: u32): u64 {
  return load<u64>(slot(owner));
}

export function countNew(owner: u32, frames: u64): void {
  store<u64>(slot(owner), load<u64>(slot(owner)) + frames);
}

export function countMove(from: u32, to: u32, frames: u64): void {
  store<u64>(slot(from), load<u64>(slot(from)) - frames);
  countNew(to, frames);
}

export function freeFrames(): u64 {
  return ownedFrames(FrameOwner.FREE);
}

/** Frames set aside from the memory map: kernel, modules, boot agent, firmware, low memory. */
export function reservedFrames(): u64 {
  let sum: u64 = 0;
  for (let owner: u32 = 0; owner < OWNER_COUNT; owner++) if (isReserved(owner)) sum += ownedFrames(owner);
  return sum;
}

/** Frames taken from what was free, the frame table's own included. */
export function usedFrames(): u64 {
  let sum: u64 = 0;
  for (let owner: u32 = 0; owner < OWNER_COUNT; owner++) if (isUsed(owner)) sum += ownedFrames(owner);
  return sum;
}

/** Frames that the memory map held as RAM. */
export function totalFrames(): u64 {
  return freeFrames() + reservedFrames() + usedFrames();
}
