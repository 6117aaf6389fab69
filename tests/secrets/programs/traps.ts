/** Is killed by a debug exception, which has a stack of its own in the kernel, with its secret in its registers. For metal. */
import { runMachineCode } from "../../metal/programs/machine-code";
import { secretHigh, secretLow, writeSecret } from "./secret";

export function main(): i32 {
  writeSecret();
  const low = secretLow();
  const high = secretHigh();
  // int1; ret
  const isRun = runMachineCode(0xc3c3_c3c3_c3c3_c3f1);
  return isRun && low == secretLow() && high == secretHigh() ? 1 : 2;
}
