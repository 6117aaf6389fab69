/** A program in its own address space: where its regions are, and a value stored in memory and read back. */
import {
  heapBytes,
  heapStart,
  load64,
  printAddress,
  printLine,
  print,
  printNumber,
  stackStart,
  store64,
  taskNumber,
  textStart,
} from "nitros";

export function main(): i32 {
  print("Hello from ring 3. I am task ");
  printNumber(taskNumber());
  printLine(".");
  show("my code begins at   ", textStart());
  show("my heap begins at   ", heapStart());
  show("my stack begins at  ", stackStart());
  return rememberSomething();
}

function show(what: string, address: u64): void {
  print(what);
  printAddress(address);
  printLine("");
}

/** Stores a different word in every page of the heap, then checks that each is still there. */
function rememberSomething(): i32 {
  const pages = heapBytes() / 4096;
  for (let page: u64 = 0; page < pages; page++) store64(heapStart() + page * 4096, page * page + 1);
  for (let page: u64 = 0; page < pages; page++) {
    if (load64(heapStart() + page * 4096) != page * page + 1) return 1;
  }
  print("I wrote to ");
  printNumber(pages);
  printLine(" pages of my heap and read every word back.");
  return 0;
}
