/** Two copies call one another until a third task, which is ready all the time, has had the CPU. Wants turns. */
import {
  call,
  exit,
  fork,
  load64,
  memoryCreate,
  mmapShared,
  portCreate,
  printLine,
  Protect,
  receive,
  replyReceive,
  store64,
  yieldNow,
} from "nitros";

const PAGE: u64 = 4096;

export function main(): i32 {
  const port = <u64>portCreate(0);
  const page = <u64>memoryCreate(PAGE);
  const at = <u64>mmapShared(0, PAGE, Protect.READ | Protect.WRITE, 0, page, 0);
  if (fork() == 0) serve(port);
  if (fork() == 0) {
    store64(at + 8, 1);
    while (load64(at) == 0) call(port, 0);
    store64(at + 8, 2);
    call(port, 0);
    exit(0);
  }
  while (load64(at + 8) == 0) yieldNow();
  store64(at, 1);
  while (load64(at + 8) != 2) yieldNow();
  printLine("the third had the CPU, too");
  return 0;
}

/** Until nobody is left who could call. Does not return. */
function serve(port: u64): void {
  receive(port);
  while (replyReceive(port, 0) >= 0) continue;
  exit(0);
}
