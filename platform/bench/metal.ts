import { clock, exit } from "platform";
import { flush, newLine, print, printDecimal } from "../../kernel/console/text";
import { allocateBlock, FrameOwner } from "../../kernel/frames/allocator";
import { PAGE_SHIFT } from "../../kernel/address/pages";
import { shuffleHeld } from "./fragmentation";
import { giveMany, pair, pairLarge, takeMany } from "./measured";
import { fillStack, Kernel, NONE, putStacksAt, Stack, Supply } from "./supplies";

/**
 * The kernel on metal, but in place of the programs the frames are measured: `nitros bench frames --machine qemu`. Under -icount the clock
 * counts instructions. The console gets a line for each, "bench NAME OPERATIONS TICKS", which bench/frames-metal.ts reads.
 */
export { boot } from "../../kernel/boot/bring-up";
export { exception as trap } from "../../kernel/tasks/traps";
export { call as syscall } from "../../kernel/syscalls/dispatch";
export { shootdown } from "../../kernel/kernel";

const PAIRS: u64 = 10_000;
/** Few: each writes 2 MiB when the block is freed. */
const LARGE_PAIRS: u64 = 16;
/** 128 MiB. */
const MANY: u64 = 1 << 15;
/** 8 MiB, aligned: one CPU's stack. */
const STACK_ORDER: u32 = 11;

/** After `boot`, on the CPU's own stack. */
export function start(): void {
  const block = allocateBlock(STACK_ORDER, FrameOwner.USER).number;
  assert(<u64>block != NONE, "no room for the stack that the frames are compared with");
  putStacksAt((<u64>block) << PAGE_SHIFT);
  fillStack(0, MANY + 1);
  measureAll<Kernel>("kernel");
  measureAll<Stack>("stack");
  flush();
  exit(0);
}

/** In the order of bench/frames-table.ts. What must be ready before is not measured. */
function measureAll<S extends Supply>(supply: string): void {
  let begun = clock();
  pair<S>(PAIRS);
  report(supply, "pair", PAIRS, clock() - begun);
  begun = clock();
  takeMany<S>(MANY);
  giveMany<S>(MANY);
  report(supply, "bulk", MANY, clock() - begun);
  begun = clock();
  takeMany<S>(MANY);
  const taking = clock() - begun;
  shuffleHeld(MANY, 1);
  begun = clock();
  giveMany<S>(MANY);
  report(supply, "random", MANY, taking + clock() - begun);
  pairLarge<S>(LARGE_PAIRS / 4);
  begun = clock();
  pairLarge<S>(LARGE_PAIRS);
  report(supply, "order9", LARGE_PAIRS, clock() - begun);
}

function report(supply: string, workload: string, operations: u64, ticks: u64): void {
  print("bench ");
  print(supply);
  print(".");
  print(workload);
  print(" ");
  printDecimal(operations);
  print(" ");
  printDecimal(ticks);
  newLine();
}
