import { TaskEnd } from "./task";

/** How programs ended, of those whose end nobody waited for. */
let failed: u32 = 0;

export function countEnd(end: u32, status: i32): void {
  if (end != TaskEnd.EXITED || status != 0) failed += 1;
}

export function failureCount(): u32 {
  return failed;
}
