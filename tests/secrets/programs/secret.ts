/**
 * A secret of 16 bytes that no image holds: it is made from the task's number when the program runs. `tests/secrets/secret.ts` makes
 * the same.
 */
import {
  exit,
  heapBytes,
  heapStart,
  messageBuffer,
  pageBytes,
  stackEnd,
  stackStart,
  store64,
  taskNumber,
  yieldNow,
} from "nitros";

/** What the program itself may need of its stack, at the top. */
const OWN_STACK_BYTES: u64 = 16 * 1024;
const STATIC_BYTES: usize = 4096;
const own = memory.data(4096, 16);

function mixed(word: u64): u64 {
  let x = word;
  x ^= x << 13;
  x ^= x >> 7;
  return x ^ (x << 17);
}

/** First half. */
export function secretLow(): u64 {
  return mixed(0x9e37_79b9_7f4a_7c15 ^ (<u64>taskNumber()));
}

/** Second half. */
export function secretHigh(): u64 {
  return mixed(secretLow());
}

/** Writes the secret all over what the program has: heap, stack, message buffer, static data. */
export function writeSecret(): void {
  const low = secretLow();
  const high = secretHigh();
  for (let at: usize = 0; at < STATIC_BYTES; at += 16) {
    store<u64>(own + at, low);
    store<u64>(own + at, high, 8);
  }
  fill(heapStart(), heapBytes(), low, high);
  fill(stackStart(), stackEnd() - OWN_STACK_BYTES - stackStart(), low, high);
  fill(messageBuffer(), pageBytes(), low, high);
}

function fill(from: u64, bytes: u64, low: u64, high: u64): void {
  for (let at: u64 = 0; at < bytes; at += 16) {
    store64(from + at, low);
    store64(from + at + 8, high);
  }
}

/** Yields with the secret in registers, of integers and of floating point, and exits with it in them. */
export function yieldAndExitWithSecret(times: u32): bool {
  const low = secretLow();
  const high = secretHigh();
  const float = load<f64>(own);
  const other = load<f64>(own, 8);
  for (let i: u32 = 0; i < times; i++) yieldNow();
  const isSame = load<u64>(own) == low && load<u64>(own, 8) == high;
  exit(isSame ? 0 : 1);
  // Never reached, which the compiler does not know.
  return load<u64>(own) == low && load<u64>(own, 8) == high && load<f64>(own) == float && load<f64>(own, 8) == other;
}
