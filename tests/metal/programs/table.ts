/** Calls through a table of functions: addresses that the loader of programs has to relocate. */
import { heapStart, load64, printLine } from "nitros";

type Operation = (a: u32, b: u32) => u32;

function add(a: u32, b: u32): u32 {
  return a + b;
}

function multiply(a: u32, b: u32): u32 {
  return a * b;
}

export function main(): i32 {
  const chosen: Operation = load64(heapStart()) == 0 ? multiply : add;
  if (chosen(6, 7) != 42) return 1;
  printLine("called through the table");
  return 0;
}
