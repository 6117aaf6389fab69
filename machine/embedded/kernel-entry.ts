import { KernelFault, MachineEnd, PANIC_STATUS, Vector, isStackOverflow, trapVector } from "./endings.ts";
import type { KernelExports } from "./exports.ts";

/**
 * Runs something that enters the kernel. When the kernel itself fails, what it was doing is abandoned and its `trap` is entered on
 * a fresh stack, as the processor would: from there it can only panic.
 */
export function enterKernel<T>(kernel: KernelExports, entry: () => T): T {
  try {
    return entry();
  } catch (error) {
    if (error instanceof MachineEnd) throw error;
    return panicAfter(kernel, error);
  }
}

/** Lets the kernel panic over `error`, which ended it. Never returns. */
export function panicAfter(kernel: KernelExports, error: unknown): never {
  const fault = faultOf(error);
  if (fault === undefined) throw error;
  try {
    kernel.setInKernel(1);
    kernel.trap(fault.vector, fault.error, fault.address, 0);
  } catch (last) {
    throw explained(last, error);
  }
  throw new MachineEnd(PANIC_STATUS, "the kernel returned from a fault of its own");
}

/** The exception that a failure of the kernel is; undefined for an error of the host's own code. */
function faultOf(error: unknown): KernelFault | undefined {
  if (error instanceof KernelFault) return error;
  if (isStackOverflow(error)) return new KernelFault(Vector.DOUBLE_FAULT, 0n, 0n);
  const vector = trapVector(error);
  return vector === undefined ? undefined : new KernelFault(vector, 0n, 0n);
}

/** What ended the panic: as it should, with `exit`; or a second failure. */
function explained(last: unknown, first: unknown): unknown {
  if (last instanceof MachineEnd) {
    // WebAssembly's own words say where the kernel's code failed.
    const reason = first instanceof WebAssembly.RuntimeError ? first.stack : undefined;
    return last.reason === undefined && reason !== undefined ? new MachineEnd(last.status, reason) : last;
  }
  if (faultOf(last) === undefined) return last;
  return new MachineEnd(PANIC_STATUS, `the kernel failed again while it reported a failure: ${String(last)}`);
}
