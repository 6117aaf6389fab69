import { cpuIndex, physAdd64, physCompareExchange64, physLoad64, stopCpu, waitMicroseconds } from "platform";
import { Command, sendCommand } from "./apic";
import { hasLines, stoppedAddress, stopperAddress } from "./lines";
import { bitOf, onlineCpus } from "./online";

/**
 * A panic stops the other CPUs, so that nothing changes what it tells of and nobody else speaks: by NMI, since one that waits for the kernel's
 * lock, or has it, has its interrupts off. No lock is taken. The first CPU that panics is the one whose report is told.
 */
const NOBODY: u64 = 0;
/** One that does not answer in this time is left alone. */
const PATIENCE_MICROSECONDS: u32 = 10_000;
const LOOK_MICROSECONDS: u32 = 100;

/** First thing in a panic. How many CPUs were stopped; does not return on one that is not the first. */
export function stopOthers(): u32 {
  const mine = <u64>cpuIndex() + 1;
  const first = physCompareExchange64(stopperAddress(), NOBODY, mine);
  if (first != NOBODY && first != mine) stopHere();
  const others = onlineCpus() & ~bitOf(cpuIndex());
  if (first == NOBODY) interruptAll(others);
  return popcnt<u32>(<u32>stopped()) + popcnt<u32>(<u32>(stopped() >> 32));
}

function interruptAll(cpus: u64): void {
  for (let rest = cpus; rest != 0; rest &= rest - 1) sendCommand(<u32>ctz<u64>(rest), Command.NMI);
  for (let waited: u32 = 0; stopped() != cpus && waited < PATIENCE_MICROSECONDS; waited += LOOK_MICROSECONDS)
    waitMicroseconds(LOOK_MICROSECONDS);
}

/** Bit n: CPU n does nothing any more. */
function stopped(): u64 {
  return physLoad64(stoppedAddress());
}

/** An NMI has come. True if it was another CPU's panic: nothing is to be done on this CPU any more. */
export function stopIfAsked(): bool {
  if (!hasLines()) return false;
  const first = physLoad64(stopperAddress());
  if (first == NOBODY || first == <u64>cpuIndex() + 1) return false;
  stopHere();
  return true;
}

/** A CPU that panics, too, comes here by itself and by the NMI. */
function stopHere(): void {
  const here = bitOf(cpuIndex());
  if ((stopped() & here) == 0) physAdd64(stoppedAddress(), here);
  stopCpu();
}
