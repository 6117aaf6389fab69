/**
 * Giving up. An error is one line, "boot agent error: NAME: what was found", and an exit status. Write it as
 * `startError("NAME")`, text, `endError(Status.…)`.
 */
import { endLine, hex, startErrorLine, text } from "./console";
import { endMachine } from "./firmware";

/** Exit statuses; the kernel's own (70 panic, and so on) are in DESIGN, "The command". */
export namespace Status {
  /** The kernel or a program: missing, truncated, not a fitting ELF file. */
  export const BAD_FILE: u32 = 1;
  /** `boot.cfg`. */
  export const BAD_CONFIG: u32 = 64;
  /** The machine or its firmware: no memory, no file system, no way out of boot services. */
  export const BAD_MACHINE: u32 = 70;
}

export function startError(name: string): void {
  startErrorLine();
  text(name);
  text(": ");
}

export function endError(status: u32): void {
  endLine();
  endMachine(status);
  unreachable();
}

/** A firmware call that must not fail did. */
export function firmwareFailed(service: string, status: u64): void {
  startError("FirmwareFailed");
  text(service);
  text(" returned ");
  hex(status);
  endError(Status.BAD_MACHINE);
}
