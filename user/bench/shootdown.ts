import { BenchCall } from "../../platform/bench/shootdown-calls";
import {
  clock,
  execute,
  fork,
  MapFlag,
  mmap,
  mprotect,
  munmap,
  print,
  printLine,
  printNumber,
  Protect,
  store32,
  store8,
  syscall,
} from "nitros";

/**
 * What a page that goes costs while other CPUs have the space loaded, with the kernel of `platform/bench/shootdown.ts`: what this CPU takes more than
 * alone, and what the others take, each a line "bench NAME OPERATIONS TICKS". One copy of this program spins on each of them.
 */
const PAGE: u64 = 4096;
const TIMES: u64 = 256;
const PRIVATE: u64 = MapFlag.PRIVATE | MapFlag.ANONYMOUS;
/** PAUSE, and a jump to it (SDM 2B): whoever has interrupted that may change the space under it. */
const SPIN: u32 = 0xfceb_90f3;

function call(number: u32): u64 {
  return <u64>syscall(number, 0, 0, 0, 0, 0, 0);
}

function mapPage(): u64 {
  const at = mmap(0, PAGE, Protect.READ | Protect.WRITE, PRIVATE);
  assert(at > 0);
  store8(<u64>at, 1);
  return <u64>at;
}

/** Copies that spin, as many as there are other CPUs, each on one; returns how many. */
function occupyOthers(): u64 {
  const spin = mapPage();
  store32(spin, SPIN);
  mprotect(spin, PAGE, Protect.READ | Protect.EXECUTE);
  let count: u64 = 0;
  for (const cpus = call(BenchCall.OTHERS); count < cpus; count++) {
    if (fork() == 0) execute(spin);
  }
  while (call(BenchCall.JOIN) != count) call(BenchCall.PART);
  return count;
}

function unmapTicks(): u64 {
  let ticks: u64 = 0;
  for (let i: u64 = 0; i < TIMES; i++) {
    const page = mapPage();
    const begun = clock();
    munmap(page, PAGE);
    ticks += clock() - begun;
  }
  return ticks;
}

function responderTicks(): u64 {
  let ticks: u64 = 0;
  for (let i: u64 = 0; i < TIMES; i++) ticks += call(BenchCall.RESPOND);
  return ticks;
}

function say(name: string, operations: u64, ticks: u64): void {
  print("bench ");
  print(name);
  print(" ");
  printNumber(operations);
  print(" ");
  printNumber(ticks);
  printLine("");
}

export function main(): i32 {
  const count = occupyOthers();
  unmapTicks();
  const together = unmapTicks();
  responderTicks();
  const ofOthers = responderTicks();
  call(BenchCall.PART);
  unmapTicks();
  const alone = unmapTicks();
  say("alone", TIMES, alone);
  say("together", TIMES, together);
  say("responder", TIMES * count, ofOthers);
  call(BenchCall.END);
  return 0;
}
