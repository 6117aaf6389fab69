import { lookAway } from "../program/lookup";

/**
 * Modelled time: one tick for each access to memory and each entry into the kernel, so that a run with the same seed has the same
 * times. It measures work, not seconds; where something wants seconds, a tick is a nanosecond.
 *
 * Counted is what is left until the horizon: from there on the running program is to be looked after before its next access, since an interrupt
 * is due, or another CPU's turn. So each tick changes and compares one number.
 */
const FAR: u64 = 1 << 62;
let horizon: u64 = FAR;
/** Not above 0: the horizon is reached, or passed. */
let left: i64 = 1 << 62;

// @ts-ignore: decorator
@inline
export function tick(): void {
  left -= 1;
  if (left <= 0) lookAway();
}

/** A whole frame moves as 64 cache lines. */
export function tickFrame(): void {
  letPass(64);
}

export function letPass(ticks: u64): void {
  left -= <i64>ticks;
  if (left <= 0) lookAway();
}

export function ticksNow(): u64 {
  return horizon - <u64>left;
}

export function setHorizon(at: u64): void {
  const now = ticksNow();
  horizon = min<u64>(at, now + FAR);
  left = <i64>(horizon - now);
}

export function isHorizonReached(): bool {
  return left <= 0;
}
