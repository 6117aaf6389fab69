/** Writes its secret wherever it can, lets others run while it has it in its registers, and exits with it there. */
import { writeSecret, yieldAndExitWithSecret } from "./secret";

export function main(): i32 {
  writeSecret();
  return yieldAndExitWithSecret(3) ? 2 : 3;
}
