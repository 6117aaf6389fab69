import { putInvisible } from "./text";

/** What a colour means, on every screen of ours. */
export namespace Style {
  export const PLAIN: u32 = 0;
  export const HEADING: u32 = 1;
  /** Secondary: numbers of phases, hints. */
  export const FAINT: u32 = 2;
  /** Free, enabled, ended well. */
  export const GOOD: u32 = 3;
  /** Absent, reclaimed later, deserves a look. */
  export const NOTICE: u32 = 4;
  /** Killed, refused, panicked. */
  export const BAD: u32 = 5;
  /** In use by the kernel. */
  export const KERNEL: u32 = 6;
  /** Devices and firmware. */
  export const DEVICE: u32 = 7;
}

let coloured: bool = false;

export function useColours(): void {
  coloured = true;
}

export function style(kind: u32): void {
  if (!coloured) return;
  if (kind == Style.PLAIN) putInvisible("\x1b[0m");
  else if (kind == Style.HEADING) putInvisible("\x1b[1m");
  else if (kind == Style.FAINT) putInvisible("\x1b[2m");
  else if (kind == Style.GOOD) putInvisible("\x1b[32m");
  else if (kind == Style.NOTICE) putInvisible("\x1b[33m");
  else if (kind == Style.BAD) putInvisible("\x1b[1;31m");
  else if (kind == Style.KERNEL) putInvisible("\x1b[35m");
  else putInvisible("\x1b[36m");
}
