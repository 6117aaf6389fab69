/** Writes its secret wherever it can, and is killed with it in its registers. */
import { load64 } from "nitros";
import { secretHigh, secretLow, writeSecret } from "./secret";

export function main(): i32 {
  writeSecret();
  const low = secretLow();
  const high = secretHigh();
  return load64(8) == (low ^ high) ? 1 : 2;
}
