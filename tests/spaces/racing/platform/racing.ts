import { Access } from "model/mmu/access";
import { runCpu, runningCpu } from "model/mmu/state";
import { translate } from "model/mmu/translate";
import * as memory from "platform/memory";

/**
 * A processor that runs a program while another one changes its space: it accesses pages at random, between any two of the kernel's
 * accesses to words of 64 bits, which page tables are read and written by, and to frames. It sets A and D, and caches what it may. What faults would
 * wait for the kernel's lock, and so is given up.
 */

/** Its number, or NOBODY. The kernel runs on another. */
const NOBODY: i32 = -1;
let racer: i32 = NOBODY;
let first: u64 = 0;
let pages: u64 = 0;
let state: u64 = 0;

/** Told of each access that passes: its address, its kind, and where in linear memory it leads. */
type Witness = (address: u64, access: u32, at: usize) => void;
let witness: Witness | null = null;

/** From now on `cpu` accesses pages among the `count` from `address` on. */
export function startRace(cpu: i32, address: u64, count: u64, seed: u64, told: Witness): void {
  first = address;
  pages = count;
  // Small seeds are spread over all bits, and differ (Knuth, The Art of Computer Programming 3, 6.4).
  state = (seed * 0x9e37_79b9_7f4a_7c15) | 1;
  witness = told;
  racer = cpu;
}

export function stopRace(): void {
  racer = NOBODY;
}

const PAGE_BYTES: u64 = 4096;
/** One of so many chances is taken. */
const SELDOM: u64 = 2;

function act(): void {
  const cpu = racer;
  const kernel = runningCpu();
  // When it is the one that runs the kernel, it answers an interrupt.
  if (cpu == NOBODY || cpu == kernel || draw() % SELDOM != 0) return;
  racer = NOBODY;
  runCpu(cpu);
  const address = first + (draw() % pages) * PAGE_BYTES;
  const access = Access.USER | (draw() % 2 == 0 ? Access.WRITE : Access.READ);
  const at = translate(address, access);
  if (at != 0) witness!(address, access, at);
  runCpu(kernel);
  racer = cpu;
}

/** xorshift64. */
function draw(): u64 {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state >> 11;
}

export function physLoad64(address: u64): u64 {
  act();
  return memory.physLoad64(address);
}
export function physStore64(address: u64, value: u64): void {
  act();
  memory.physStore64(address, value);
}
export function physCompareExchange64(address: u64, expected: u64, replacement: u64): u64 {
  act();
  return memory.physCompareExchange64(address, expected, replacement);
}
export function physExchange64(address: u64, replacement: u64): u64 {
  act();
  return memory.physExchange64(address, replacement);
}
export function physOr64(address: u64, bits: u64): u64 {
  act();
  return memory.physOr64(address, bits);
}
export function physAnd64(address: u64, bits: u64): u64 {
  act();
  return memory.physAnd64(address, bits);
}
export function physAdd64(address: u64, delta: u64): u64 {
  act();
  return memory.physAdd64(address, delta);
}

/** Frames, too: what is written into one after it was zeroed is there when it is handed out again. */
export function frameZero(address: u64): void {
  memory.frameZero(address);
  act();
}
export function framesZero(address: u64, count: u64): void {
  memory.framesZero(address, count);
  act();
}
export function directStore8(at: u64, value: u8): void {
  act();
  memory.physStore8(at, value);
}
export function directAdd64(at: u64, delta: u64): u64 {
  act();
  return memory.physAdd64(at, delta);
}
