/** A call that misses one page after another: the CPU that it is made again on has slept until the page before came, and sleeps again. */
import {
  exit,
  fork,
  heapStart,
  load64,
  log,
  memoryServe,
  memorySupply,
  mmapShared,
  portCreate,
  printLine,
  Protect,
  receive,
  reply,
  store64,
  wait,
  word,
} from "nitros";

const PAGE: u64 = 4096;
const CLUSTER: u64 = 16 * PAGE;
const EIGHT_DOTS: u64 = 0x2e2e_2e2e_2e2e_2e2e;

export function main(): i32 {
  const port = <u64>portCreate(0);
  const file = <u64>memoryServe(2 * CLUSTER, port, 0);
  const at = <u64>mmapShared(0, 2 * CLUSTER, Protect.READ, 0, file, 0);
  if (fork() == 0) serve(port, file);
  const isSaid = log(at + CLUSTER - 8, 16) == 16;
  printLine("");
  wait(0);
  return isSaid ? 0 : 1;
}

/** What was asked for, and then something else for a while, so that the next request waits. */
function serve(port: u64, file: u64): void {
  const own = heapStart() & ~(PAGE - 1);
  store64(own, EIGHT_DOTS);
  store64(own + PAGE - 8, EIGHT_DOTS);
  for (let requests = 0; requests < 2; requests++) {
    receive(port);
    const end = word(2) + word(3);
    for (let page = word(2); page < end; page += PAGE) memorySupply(file, page, own, PAGE);
    reply(0);
    for (let i = 0; i < 20_000; i++) load64(own);
  }
  exit(0);
}
