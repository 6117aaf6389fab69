/** Waits to be ended, or until everybody waits. */
import { portCreate, receive } from "nitros";

export function main(): i32 {
  receive(<u64>portCreate(0));
  return 0;
}
