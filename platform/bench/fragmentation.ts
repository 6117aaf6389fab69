import { heldAt, heldFrames, setHeld, setHeldFrames } from "./measured";
import { randomBelow, seedRandom } from "./random";
import { NONE, Supply } from "./supplies";

/**
 * frames.fragmentation, as the LLFree paper has it (USENIX ATC '23): all frames are taken, a random half is given back, then in each
 * round a tenth of what is held changes hands. What counts is how many whole 2 MiB blocks are free in the end.
 */
const ROUNDS: u32 = 200;

/** One byte a block of 2 MiB: 2 GiB of them. */
const BLOCK_CAPACITY: u64 = 1024;
const isHeld = memory.data(1024);

/** Gives back `half` random frames of all, and exchanges. `half` is how many are free in the end. */
export function fragment<S extends Supply>(half: u64, seed: u64): void {
  seedRandom(0, seed);
  takeAll<S>();
  giveRandom<S>(half);
  const tenth = heldFrames() / 10;
  for (let round: u32 = 0; round < ROUNDS; round++) {
    giveRandom<S>(tenth);
    takeMore<S>(tenth);
  }
}

function takeAll<S extends Supply>(): void {
  let count: u64 = 0;
  for (let handle = changetype<S>(0).take(); handle != NONE; handle = changetype<S>(0).take()) {
    setHeld(count, handle);
    count++;
  }
  setHeldFrames(count);
}

function takeMore<S extends Supply>(count: u64): void {
  const first = heldFrames();
  for (let i: u64 = 0; i < count; i++) setHeld(first + i, changetype<S>(0).take());
  setHeldFrames(first + count);
}

function giveRandom<S extends Supply>(count: u64): void {
  let left = heldFrames();
  for (let i: u64 = 0; i < count; i++) {
    const index = randomBelow(0, left);
    changetype<S>(0).give(heldAt(index));
    left--;
    setHeld(index, heldAt(left));
  }
  setHeldFrames(left);
}

/** Puts the first `count` handles in random order (Fisher and Yates). */
export function shuffleHeld(count: u64, seed: u64): void {
  seedRandom(0, seed);
  for (let left = count; left > 1; left--) {
    const index = randomBelow(0, left);
    const last = heldAt(left - 1);
    setHeld(left - 1, heldAt(index));
    setHeld(index, last);
  }
}

/** Blocks that can really be had: takes them all. */
export function takeLargeBlocks<S extends Supply>(): u64 {
  let count: u64 = 0;
  while (changetype<S>(0).takeLarge() != NONE) count++;
  return count;
}

/** Blocks of 512 numbers below `frames` of which none is held: for a supply that knows no blocks. */
export function unheldBlocks(frames: u64): u64 {
  assert(frames >> 9 <= BLOCK_CAPACITY, "too many blocks to mark");
  for (let block: u64 = 0; block < frames >> 9; block++) store<u8>(isHeld + <usize>block, 0);
  for (let i: u64 = 0; i < heldFrames(); i++) store<u8>(isHeld + <usize>(heldAt(i) >> 9), 1);
  let count: u64 = 0;
  for (let block: u64 = 0; block < frames >> 9; block++) count += 1 - load<u8>(isHeld + <usize>block);
  return count;
}
