import { waitMicroseconds } from "platform";
import { setTimerCount, timerCount } from "./apic";

/**
 * The local APIC's timer, by milliseconds. How fast it counts is measured against the platform's own way to wait (on a PC the 8254), when it
 * is first wanted: nobody waits for that who never needs a turn to end. CPUID leaf 15h could say it on new processors, but under a
 * hypervisor it says the processor's and not that of the APIC, which is the hypervisor's.
 */
const SAMPLE_MICROSECONDS: u32 = 500;
const SAMPLES: u32 = 3;

/** Of all CPUs' timers, which have one clock (SDM 3A 10.5.4). 0 until measured. */
let countsInMillisecond: u64 = 0;

/** Interrupts this CPU after `milliseconds`, once: `InterruptVector.TIMER`. Under the kernel's lock. */
export function startTimer(milliseconds: u32): void {
  if (countsInMillisecond == 0) countsInMillisecond = measure();
  setTimerCount(<u32>min<u64>(countsInMillisecond * milliseconds, u32.MAX_VALUE));
}

/** The least of some samples: what keeps a CPU from its work meanwhile, an SMI or a hypervisor, makes a wait longer, never shorter. */
function measure(): u64 {
  let least: u32 = u32.MAX_VALUE;
  for (let i: u32 = 0; i < SAMPLES; i++) least = min<u32>(least, sample());
  return max<u64>((<u64>least * 1000) / SAMPLE_MICROSECONDS, 1);
}

function sample(): u32 {
  setTimerCount(u32.MAX_VALUE);
  waitMicroseconds(SAMPLE_MICROSECONDS);
  return u32.MAX_VALUE - timerCount();
}
