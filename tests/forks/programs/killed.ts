/** A child that is killed is no harm to its parent, which learns what became of it. */
import {
  Ending,
  fork,
  heapStart,
  load64,
  load8,
  print,
  printLine,
  printNumber,
  store8,
  taskNumber,
  textStart,
} from "nitros";
import { exit, wait } from "nitros";

export function main(): i32 {
  for (let kind: u32 = 0; kind < 5; kind++) {
    if (fork() == 0) return misbehave(kind);
    if (wait(heapStart()) <= 0) return 1;
    tell(load64(heapStart()));
  }
  return 0;
}

function misbehave(kind: u32): i32 {
  if (kind == 0) return load8(8);
  if (kind == 1) store8(textStart(), 1);
  if (kind == 2) return 1 / <i32>(taskNumber() / 1000);
  if (kind == 3) return sink(taskNumber());
  exit(-7);
  return 0;
}

function sink(depth: u64): i32 {
  if (depth == 0) return 0;
  return sink(depth + 1) * 3 + <i32>depth;
}

function tell(ending: u64): void {
  print((ending & Ending.KILLED) != 0 ? "killed by " : "exited with ");
  printNumber(<i32>(ending & Ending.STATUS));
  printLine("");
}
