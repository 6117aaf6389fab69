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
const WIDE: u64 = 1 << 13;
const ENABLED: u64 = 1;

let capabilities: u64 = (FEMTOSECONDS << 32) | WIDE | (2 << 8) | 1;
/** What it counts for each tick of modelled time. */
let speed: u64 = 1;
/** The counter when it was last written to, and modelled time then. */
let known: u64 = 0;
let since: u64 = 0;
let isCounting: bool = false;

/** Before boot: one that says other things of itself, or counts otherwise. */
export function hpetDeclare(said: u64, countsATick: u64): void {
  capabilities = said;
  speed = countsATick;
}

function count(): u64 {
  const now = isCounting ? known + (ticksNow() - since) * speed : known;
  return (capabilities & WIDE) != 0 ? now : now & 0xffff_ffff;
}

/** The registers at `registers` are about to be read. */
export function hpetLoads(registers: usize): void {
  store<u64>(registers, capabilities, CAPABILITIES);
  store<u64>(registers, isCounting ? ENABLED : 0, CONFIGURATION);
  store<u64>(registers, count(), COUNTER);
}

/** They have been written to. What is read-only is again what it was. */
export function hpetStored(registers: usize): void {
  known = isCounting ? count() : load<u64>(registers, COUNTER);
  since = ticksNow();
  isCounting = (load<u64>(registers, CONFIGURATION) & ENABLED) != 0;
  hpetLoads(registers);
}
