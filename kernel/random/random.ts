import { entropy64 } from "platform";

/**
 * The kernel's random numbers: ChaCha20 (RFC 8439 §2.3) in counter mode, so that the bases a task sees tell it nothing about those
 * of another. Seeded once, from the machine's entropy or, for runs that must repeat, from a number.
 *
 *     word   0–3        4–11     12–13      14–15
 *            constants  key      counter    zero
 */
const state = memory.data(64, 8);
const block = memory.data(64, 8);
/** Words of `block` handed out. */
let spent: u32 = 16;

/** Seeds from a number: the same seed gives the same sequence on every machine. */
export function seedRandom(seed: u64): void {
  let walk = seed;
  for (let word: usize = 0; word < 4; word++) {
    walk += 0x9e37_79b9_7f4a_7c15;
    store<u64>(state + 16 + word * 8, splitMix(walk));
  }
  restart();
}

/** Seeds from the machine's entropy: 256 bits. */
export function seedFromEntropy(): void {
  for (let word: usize = 0; word < 4; word++) store<u64>(state + 16 + word * 8, entropy64());
  restart();
}

/** 64 random bits. */
export function random64(): u64 {
  if (spent == 16) refill();
  const value = load<u64>(block + <usize>spent * 4);
  store<u64>(block + <usize>spent * 4, 0);
  spent += 2;
  return value;
}

/** A number below `bound`, uniform: what would favour low numbers is drawn again. `bound` is at least 1. */
export function randomBelow(bound: u64): u64 {
  const surplus = (u64.MAX_VALUE % bound) + 1;
  const last = u64.MAX_VALUE - (surplus == bound ? 0 : surplus);
  let drawn = random64();
  while (drawn > last) drawn = random64();
  return drawn % bound;
}

/** Mixes a counter into a well-spread word (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). */
function splitMix(value: u64): u64 {
  let mixed = (value ^ (value >> 30)) * 0xbf58_476d_1ce4_e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d0_49bb_1331_11eb;
  return mixed ^ (mixed >> 31);
}

function restart(): void {
  store<u32>(state, 0x6170_7865);
  store<u32>(state, 0x3320_646e, 4);
  store<u32>(state, 0x7962_2d32, 8);
  store<u32>(state, 0x6b20_6574, 12);
  store<u64>(state, 0, 48);
  store<u64>(state, 0, 56);
  spent = 16;
}

function refill(): void {
  memory.copy(block, state, 64);
  for (let round = 0; round < 10; round++) doubleRound();
  for (let word: usize = 0; word < 64; word += 4)
    store<u32>(block + word, load<u32>(block + word) + load<u32>(state + word));
  store<u64>(state, load<u64>(state, 48) + 1, 48);
  spent = 0;
}

function doubleRound(): void {
  quarterRound(0, 4, 8, 12);
  quarterRound(1, 5, 9, 13);
  quarterRound(2, 6, 10, 14);
  quarterRound(3, 7, 11, 15);
  quarterRound(0, 5, 10, 15);
  quarterRound(1, 6, 11, 12);
  quarterRound(2, 7, 8, 13);
  quarterRound(3, 4, 9, 14);
}

function quarterRound(a: usize, b: usize, c: usize, d: usize): void {
  mix(a, b, d, 16);
  mix(c, d, b, 12);
  mix(a, b, d, 8);
  mix(c, d, b, 7);
}

/** `to += from; other = rotl(other ^ to, bits)`. */
function mix(to: usize, from: usize, other: usize, bits: u32): void {
  const sum = load<u32>(block + to * 4) + load<u32>(block + from * 4);
  store<u32>(block + to * 4, sum);
  store<u32>(block + other * 4, rotl<u32>(load<u32>(block + other * 4) ^ sum, bits));
}
