import { heapStart, load64, print, printLine, printNumber, store64, taskNumber } from "nitros";

/** Calculates for a while in registers of every kind and in memory, and prints what came of it: whoever ran in between, it is the same. */
const ROUNDS: u64 = 1_000_000;
const WORDS: u64 = 64;

export function main(): i32 {
  const at = heapStart();
  let mixed: u64 = <u64>taskNumber() * 0x9e37_79b9_7f4a_7c15;
  let product: f64 = 1;
  let sum: f32 = 0;
  for (let round: u64 = 0; round < ROUNDS; round++) {
    const word = at + ((round % WORDS) << 3);
    mixed = (mixed ^ (mixed >> 29)) * 0xbf58_476d_1ce4_e5b9;
    store64(word, load64(word) + mixed);
    product = product * 1.000_001 + <f64>(mixed & 1);
    sum = sum * 0.5 + <f32>(mixed & 0xff);
  }
  for (let word: u64 = 0; word < WORDS; word++) mixed ^= load64(at + (word << 3));
  print("it came to ");
  printNumber(<i64>(mixed ^ reinterpret<u64>(product) ^ reinterpret<u32>(sum)));
  printLine("");
  return 0;
}
