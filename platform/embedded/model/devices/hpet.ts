import { ticksNow } from "../cpu/time";

/**
 * The high-precision event timer's main counter (IA-PC HPET 1.0a, 2.3): 64 bits, one count for each tick of modelled time. It has three
 * comparators, as the specification asks for at least, which never interrupt.
 *
 *     byte
 *     0x000  63:32 femtoseconds a count   15 can replace the 8254   13 the counter has 64 bits   12:8 last comparator   7:0 revision
 *     0x010  0 it counts
 *     0x0f0  the counter, which software sets while it stands
 */
const CAPABILITIES: usize = 0x000;
const CONFIGURATION: usize = 0x010;
const COUNTER: usize = 0x0f0;
/** 100 MHz, as QEMU's. */
const FEMTOSECONDS: u64 = 10_000_000;
const CAPABLE: u64 = (FEMTOSECONDS << 32) | ((<u64>1) << 13) | (2 << 8) | 1;
const ENABLED: u64 = 1;

/** Of modelled time, when the counter was 0; while it stands, what it shows. */
let origin: u64 = 0;
let shown: u64 = 0;
let isCounting: bool = false;

/** The registers at `registers` are about to be read. */
export function hpetLoads(registers: usize): void {
  store<u64>(registers, CAPABLE, CAPABILITIES);
  store<u64>(registers, isCounting ? ENABLED : 0, CONFIGURATION);
  store<u64>(registers, isCounting ? ticksNow() - origin : shown, COUNTER);
}

/** They have been written to. What is read-only is again what it was. */
export function hpetStored(registers: usize): void {
  const counts = (load<u64>(registers, CONFIGURATION) & ENABLED) != 0;
  if (!isCounting) shown = load<u64>(registers, COUNTER);
  if (counts && !isCounting) origin = ticksNow() - shown;
  if (!counts && isCounting) shown = ticksNow() - origin;
  isCounting = counts;
  hpetLoads(registers);
}
