/**
 * A program and the kernel share the host's call stack here. Before the kernel is entered, this recursion makes sure that there is
 * room for it: a program that has used up the stack overflows in its own name, not in the kernel's.
 */
const DEPTH: u32 = 400;

export function reserveStack(): void {
  descend(DEPTH);
}

function descend(depth: u32): u32 {
  return depth == 0 ? 0 : descend(depth - 1) + 1;
}
