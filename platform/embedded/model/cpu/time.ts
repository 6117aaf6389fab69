/**
 * Modelled time: one tick for each access to memory and each entry into the kernel, so that a run with the same seed has the same
 * times. It measures work, not seconds.
 */
let ticks: u64 = 0;

// @ts-ignore: decorator
@inline
export function tick(): void {
  ticks += 1;
}

/** A whole frame moves as 64 cache lines. */
export function tickFrame(): void {
  ticks += 64;
}

export function ticksNow(): u64 {
  return ticks;
}
