/**
 * Waiting, by channel 2 of a PC's interval timer (8254), which counts down at 1.193182 MHz and says at port 0x61 when it has reached 0.
 *
 *     0x43  command: channel 2, both bytes, mode 0       0x61  bit 0: it counts   bit 1: to the loudspeaker   bit 5: it has reached 0
 *     0x42  the count, low byte first
 */
import { pause, portRead8, portWrite8 } from "./processor";

const COMMAND: u32 = 0x43;
const COUNT: u32 = 0x42;
const GATE: u32 = 0x61;
const CHANNEL_2_ONCE: u8 = 0xb0;
const COUNTS: u8 = 1;
const TO_SPEAKER: u8 = 2;
const DONE: u8 = 0x20;
const HERTZ: u64 = 1_193_182;
/** A count has 16 bits: 54 ms at most. */
const MOST: u32 = 50_000;

/** Waits at least so long. */
export function waitMicroseconds(microseconds: u32): void {
  for (let rest = microseconds; rest != 0;) {
    const part = min<u32>(rest, MOST);
    waitOnce(<u32>((<u64>part * HERTZ) / 1_000_000) + 1);
    rest -= part;
  }
}

function waitOnce(count: u32): void {
  portWrite8(GATE, (portRead8(GATE) & ~(TO_SPEAKER | COUNTS)) | COUNTS);
  portWrite8(COMMAND, CHANNEL_2_ONCE);
  portWrite8(COUNT, <u8>count);
  portWrite8(COUNT, <u8>(count >> 8));
  while ((portRead8(GATE) & DONE) == 0) pause();
}
