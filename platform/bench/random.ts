/** xorshift64* (Vigna 2016): repeats for a seed, and is the same on every machine. One state a CPU, so that threads do not share it. */
const states = memory.data(4096, 64);
if (64 * 64 != 4096) ERROR("states holds a cache line for each of 64 CPUs");

export function seedRandom(cpu: u32, seed: u64): void {
  // Zero would stay zero; neighbouring seeds must not begin alike.
  store<u64>(states + ((<usize>cpu) << 6), (seed + 1 + <u64>cpu * 0x1_0000_0001) * 0x9e37_79b9_7f4a_7c15);
}

export function random64(cpu: u32): u64 {
  let state = load<u64>(states + ((<usize>cpu) << 6));
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  store<u64>(states + ((<usize>cpu) << 6), state);
  return state * 0x2545_f491_4f6c_dd1d;
}

/** Below `limit`, which is small against 2^32. */
export function randomBelow(cpu: u32, limit: u64): u64 {
  return ((random64(cpu) >> 32) * limit) >> 32;
}
