/** A module that keeps its CPU, until somebody writes to a page that it lends him. */
import {
  load64,
  memoryCreate,
  mmapShared,
  passHandle,
  portCreate,
  portName,
  Protect,
  receive,
  reply,
  Right,
  store64,
} from "nitros";

export function main(): i32 {
  const port = <u64>portCreate(portName("spinner"));
  const page = <u64>memoryCreate(4096);
  const at = <u64>mmapShared(0, 4096, Protect.READ | Protect.WRITE, 0, page, 0);
  if (receive(port) != 0) return 1;
  passHandle(page, Right.SEND | Right.RECEIVE);
  if (reply(0) != 0) return 2;
  store64(at, 1);
  while (load64(at) == 1) continue;
  return 0;
}
