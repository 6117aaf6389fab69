/** Ways in which running code ends, thrown through WebAssembly. None is an error of the host. */

/** The machine has ended. */
export class MachineEnd extends Error {
  override readonly name = "MachineEnd";
  constructor(
    readonly status: number,
    readonly reason?: string,
  ) {
    super(reason ?? `the machine ended with status ${status}`);
  }
}

/** The kernel itself faulted: its `trap` must be entered. */
export class KernelFault extends Error {
  override readonly name = "KernelFault";
  constructor(
    readonly vector: number,
    readonly error: bigint,
    readonly address: bigint,
  ) {
    super(`kernel fault ${vector}`);
  }
}

/** Exit status of a kernel panic. */
export const PANIC_STATUS = 70;

/** Exceptions that WebAssembly's own traps are (platform/CONTRACT.md, "Images"). */
export const Vector = { DIVIDE: 0, INVALID_OPCODE: 6, DOUBLE_FAULT: 8 } as const;

export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/i.test(error.message);
}

/** The vector for an error that WebAssembly raised, undefined if it is none of WebAssembly's. */
export function trapVector(error: unknown): number | undefined {
  if (!(error instanceof WebAssembly.RuntimeError)) return undefined;
  return /divide|remainder/i.test(error.message) ? Vector.DIVIDE : Vector.INVALID_OPCODE;
}
