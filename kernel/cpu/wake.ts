import { CpuEvent } from "../trace/counters";
import { sendInterrupt } from "./apic";
import { countHere } from "./counts";
import { InterruptVector } from "./interrupt-vector";
import { bitOf } from "./online";

/** CPUs that sleep and have got something to do, or whose task is to have a turn. They are woken when the kernel's lock is free: before, they would only wait for it. */
let wanted: u64 = 0;

/** Under the kernel's lock. */
export function askToWake(cpu: u32): void {
  wanted |= bitOf(cpu);
}

/** Under the kernel's lock: whom to wake once it is given back. */
export function takeWakes(): u64 {
  const cpus = wanted;
  wanted = 0;
  return cpus;
}

export function wake(cpus: u64): void {
  for (let rest = cpus; rest != 0; rest &= rest - 1) {
    sendInterrupt(<u32>ctz<u64>(rest), InterruptVector.WAKE);
    countHere(CpuEvent.WAKES_SENT);
  }
}
