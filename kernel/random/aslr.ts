/** Whether addresses are drawn: of the kernel's stacks, and of every region of a task. The boot agent decides about its own (KASLR). */
let isDrawn: bool = true;

/** From here on, everything lies at the first address of its zone or slot: `--no-aslr`. */
export function placeAtFixedBases(): void {
  isDrawn = false;
}

export function isRandomised(): bool {
  return isDrawn;
}
