import { syscall } from "nitros";
import { OtherCpu, TestCall } from "./test-calls";

export function main(): i32 {
  return <i32>syscall(TestCall.PANIC, OtherCpu.WAITS, 0, 0, 0, 0, 0);
}
