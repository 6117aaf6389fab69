/** Starts modules that make calls, one after the other; some it ends, wherever they are. Nobody ends the tenant for good. */
import { heapStart, portName, spawn, store64, unload, wait } from "nitros";
import { CALLS } from "./knowledge";
import { callsMade, countRefused, judge, sayHowMany } from "./rounds";

/** They take longer to start than copies do. */
const SHARE: u32 = 4;

let rounds: u32 = 0;

export function control(): i32 {
  while (callsMade() < CALLS / SHARE) round();
  return sayHowMany();
}

function round(): void {
  rounds += 1;
  start("tenant-1");
  const child = start("module");
  if (child < 0) return countRefused();
  if (rounds % 4 == 0) end("module");
  let ended = wait(heapStart());
  while (ended > 0 && ended != child) ended = wait(heapStart());
  judge(<u64>child, heapStart());
}

function start(name: string): i64 {
  store64(heapStart(), portName(name));
  return spawn(heapStart(), name.length);
}

function end(name: string): i64 {
  store64(heapStart(), portName(name));
  return unload(heapStart(), name.length);
}
