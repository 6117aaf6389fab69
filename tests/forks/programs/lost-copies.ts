/** Two copies that end badly: one that is waited for, whose end is its parent's affair, and one that nobody waits for. */
import { fork, load64, wait } from "nitros";

export function main(): i32 {
  if (fork() == 0) load64(0);
  wait(0);
  return fork() == 0 ? 3 : 0;
}
