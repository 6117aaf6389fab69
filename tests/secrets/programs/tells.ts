/** Hands its secret to the kernel as arguments of a call, which refuses them, then exits. */
import { log } from "nitros";
import { secretHigh, secretLow } from "./secret";

export function main(): i32 {
  return log(secretLow(), secretHigh()) < 0 ? 0 : 1;
}
