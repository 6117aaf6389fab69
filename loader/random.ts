/** Where things go: drawn from the seed when there is one, the same on both machines, else from the machine's entropy. */
import { entropy64 } from "./firmware";

/** Keeps these draws apart from those that the kernel makes from the same seed. */
const LOADER_STREAM: u64 = 0x6c6f_6164_6572_2e31; // "loader.1"

let state: u64 = 0;

export function startFromSeed(seed: u64): void {
  state = seed ^ LOADER_STREAM;
}

export function startFromEntropy(): void {
  state = entropy64();
}

/** SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014). */
function random64(): u64 {
  state += 0x9e37_79b9_7f4a_7c15;
  let mixed = (state ^ (state >> 30)) * 0xbf58_476d_1ce4_e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d0_49bb_1331_11eb;
  return mixed ^ (mixed >> 31);
}

/** Below `count`, which is far below 2^64, so that the remainder's bias does not matter. */
export function randomBelow(count: u64): u64 {
  return random64() % count;
}
