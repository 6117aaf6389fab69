/** A server that takes its time, most of what clients have patience for, but replies: each request has that time anew. */
import {
  clock,
  exit,
  fork,
  load64,
  memoryServe,
  memorySupply,
  mmapShared,
  portCreate,
  printLine,
  Protect,
  receive,
  reply,
  heapStart,
  wait,
  word,
} from "nitros";

const PAGE: u64 = 4096;
const CLUSTER: u64 = 16 * PAGE;
const REQUESTS: u64 = 3;
/** Ticks of 15 turns of 1 ms on the embedded machine, of 20 for which clients wait. On others it is less. */
const SLOWNESS: u64 = 15_000_000;

export function main(): i32 {
  const port = <u64>portCreate(0);
  const file = <u64>memoryServe(REQUESTS * CLUSTER, port, 0);
  const at = <u64>mmapShared(0, REQUESTS * CLUSTER, Protect.READ, 0, file, 0);
  if (fork() == 0) serve(port, file);
  for (let i: u64 = 0; i < REQUESTS; i++) load64(at + i * CLUSTER);
  wait(0);
  printLine("every page came in time");
  return 0;
}

function serve(port: u64, file: u64): void {
  for (let i: u64 = 0; i < REQUESTS; i++) {
    receive(port);
    const begin = clock();
    while (clock() - begin < SLOWNESS) load64(heapStart());
    memorySupply(file, word(2), heapStart() & ~(PAGE - 1), PAGE);
    reply(0);
  }
  exit(0);
}
