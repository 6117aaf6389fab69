import { cpuIndex } from "platform";
import { startPrograms } from "./boot/bring-up";
import { endOfInterrupt } from "./cpu/apic";
import { countHere } from "./cpu/counts";
import { InterruptVector } from "./cpu/interrupt-vector";
import { joinCpus } from "./cpu/join";
import { lockKernel, unlockKernel } from "./cpu/kernel-lock";
import { serveRequests } from "./cpu/requests";
import { stopIfAsked } from "./cpu/stop";
import { call } from "./syscalls/dispatch";
import { resumeNextOrEnd } from "./tasks/ending";
import { endIfAsked } from "./tasks/room";
import { endTurn, wakeUp } from "./tasks/scheduler";
import { exception, pageFault, TrapOrigin } from "./tasks/traps";
import { Vector } from "./tasks/vectors";
import { CpuEvent } from "./trace/counters";

/**
 * Every way into the kernel. Each runs to completion on this CPU's kernel stack, with interrupts off and the kernel's lock held, and names,
 * through `resumeNext` or `resumeIdle`, where to leave to.
 */
export { boot } from "./boot/bring-up";

/** The first CPU has had the lock, if there is one, since it started the others. */
export function start(): void {
  if (cpuIndex() != 0) return joinCpus();
  startPrograms();
  unlockKernel();
}

/** The frequent trap first. */
export function trap(vector: u32, error: u64, address: u64, origin: u32): void {
  if (vector != Vector.PAGE_FAULT) return otherTrap(vector, error, origin);
  if (origin == TrapOrigin.KERNEL) return exception(vector, error, address, origin);
  lockKernel();
  pageFault(error, address);
  unlockKernel();
}

/** An NMI is another CPU's panic, or one. A fault of the kernel's own does not wait for the lock, which this CPU may have: it panics. */
function otherTrap(vector: u32, error: u64, origin: u32): void {
  if (vector >= InterruptVector.FIRST) return interrupt(vector);
  if (vector == Vector.NMI && stopIfAsked()) return;
  if (origin == TrapOrigin.KERNEL) return exception(vector, error, 0, origin);
  lockKernel();
  exception(vector, error, 0, origin);
  unlockKernel();
}

/** Another CPU asks for a flush. Answered without the lock, whose holder waits for the answer; what runs on this CPU goes on. */
export function shootdown(): void {
  serveRequests();
  endOfInterrupt();
}

function interrupt(vector: u32): void {
  if (vector == InterruptVector.SHOOTDOWN) {
    shootdown();
  } else if (vector == InterruptVector.WAKE) {
    countHere(CpuEvent.WAKES);
    endOfInterrupt();
    lockKernel();
    if (endIfAsked() || wakeUp()) resumeNextOrEnd();
    unlockKernel();
  } else if (vector == InterruptVector.TIMER) {
    countHere(CpuEvent.TIMERS);
    endOfInterrupt();
    lockKernel();
    if (endTurn()) resumeNextOrEnd();
    unlockKernel();
  }
}

export function syscall(number: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): void {
  call(number, a, b, c, d, e, f);
}
