import { clock, pause } from "platform";
import { hpetCount, hpetCountsBetween, hpetPeriod } from "./hpet";

/** How fast the platform's clock is (the time-stamp counter on metal), measured by the HPET, which knows how fast it is itself. */

/** Long enough for a thousandth on a PC, where reading the counter takes about a microsecond at most; short, since nothing else happens. */
const MEASURED_NANOSECONDS: u64 = 50_000;
const FEMTOSECONDS_A_NANOSECOND: u64 = 1_000_000;
const NANOSECONDS_A_SECOND: u64 = 1_000_000_000;

let rate: u64 = 0;

/** Ticks of `clock` a second; 0 until it has been measured, and where there is no HPET. */
export function clockRate(): u64 {
  return rate;
}

/** Once an HPET counts. */
export function measureClock(): void {
  const wanted = (MEASURED_NANOSECONDS * FEMTOSECONDS_A_NANOSECOND) / hpetPeriod();
  const first = hpetCount();
  const start = clock();
  let counts: u64 = 0;
  while (counts < wanted) {
    pause();
    counts = hpetCountsBetween(first, hpetCount());
  }
  const ticks = clock() - start;
  const nanoseconds = (counts * hpetPeriod()) / FEMTOSECONDS_A_NANOSECOND;
  // A host that stopped the machine for seconds meanwhile stopped both.
  rate = (ticks * NANOSECONDS_A_SECOND) / nanoseconds;
}
