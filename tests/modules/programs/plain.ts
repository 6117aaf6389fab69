/** Neither a module nor of much use: the one that is booted comes before who spawns others. */
import { Errno, heapStart, spawn, taskNumber, unload } from "nitros";

export function main(): i32 {
  if (spawn(heapStart(), 1) != Errno.EPERM || unload(heapStart(), 1) != Errno.EPERM) return 1;
  return taskNumber() == 1 ? 0 : 3;
}
