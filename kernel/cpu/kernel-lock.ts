import { pause, physExchange64, physLoad64 } from "platform";
import { hasLines, kernelLockAddress } from "./lines";
import { seeKernelFlushes } from "../paging/kernel-flushes";
import { serveRequests } from "./requests";
import { takeWakes, wake } from "./wake";

/**
 * One lock for the kernel: taken when a CPU enters it, given back when it leaves (docs/ARCHITECTURE.md, "Several CPUs"). With it go the
 * scheduler, spaces, heap, trace and console. The frames' own locks stay for the hosted build, whose threads have no kernel's lock.
 * The first of all locks. While there is one CPU it is not there.
 */
const FREE: u64 = 0;
const TAKEN: u64 = 1;

/** Interrupts are off. */
export function lockKernel(): void {
  if (hasLines()) lockAmongOthers();
}

function lockAmongOthers(): void {
  while (physExchange64(kernelLockAddress(), TAKEN) != FREE) waitForKernel();
  seeKernelFlushes();
}

function waitForKernel(): void {
  while (physLoad64(kernelLockAddress()) != FREE) {
    serveRequests();
    pause();
  }
}

/** Nothing of the kernel's is touched after this. */
export function unlockKernel(): void {
  if (hasLines()) unlockAmongOthers();
}

function unlockAmongOthers(): void {
  const wakes = takeWakes();
  physExchange64(kernelLockAddress(), FREE);
  wake(wakes);
}
