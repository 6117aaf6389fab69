import { cpuIndex, fence, invalidatePage, pause, physExchange64, physLoad64, readCr3, writeCr3 } from "platform";
import { sendInterrupt } from "./apic";
import { CpuEvent } from "../trace/counters";
import { countHere, countManyHere } from "./counts";
import { InterruptVector } from "./interrupt-vector";
import { hasLines, requestAddress } from "./lines";

/**
 * Asking other CPUs to forget translations of the space that they have loaded, and answering (SDM 3A 4.10.5). Who asks holds the kernel's
 * lock, so there is one who asks at a time, and nobody asks it; what is asked lies where all see it. A CPU that waits for the lock with
 * interrupts off answers from there. No other lock is waited for by a CPU that is asked and held by the one that asks: locks of
 * frames and heap are never held over a flush.
 */
namespace Request {
  export const NONE: u64 = 0;
  export const FLUSH: u64 = 1;
}

// Before a fence is a word that says that what comes after it may be read, or written again: a compiler does not know.

/** What is to be forgotten: `pageCount` addresses at `pages`, or all when `pages` is 0. */
let pages: usize = 0;
let pageCount: u32 = 0;

/** Asks `cpus`, not this one among them. `list` stays as it is until `awaitFlushes` has returned. */
export function askToFlush(cpus: u64, list: usize, count: u32): void {
  pages = list;
  pageCount = count;
  for (let rest = cpus; rest != 0; rest &= rest - 1) {
    const cpu = <u32>ctz<u64>(rest);
    // Also makes the changed entries visible before the interrupt is on its way.
    physExchange64(requestAddress(cpu), Request.FLUSH);
    sendInterrupt(cpu, InterruptVector.SHOOTDOWN);
    countHere(CpuEvent.FLUSHES_SENT);
  }
}

export function awaitFlushes(cpus: u64): void {
  for (let rest = cpus; rest != 0; rest &= rest - 1) {
    const at = requestAddress(<u32>ctz<u64>(rest));
    while (physLoad64(at) != Request.NONE) pause();
  }
  fence();
}

/** Does what this CPU was asked, if anything. Interrupts are off. */
export function serveRequests(): void {
  if (!hasLines()) return;
  const at = requestAddress(cpuIndex());
  if (physLoad64(at) == Request.NONE) return;
  fence();
  countHere(CpuEvent.FLUSHES_SERVED);
  forget(pages, pageCount);
  physExchange64(at, Request.NONE);
}

/** Forgets translations on this CPU: of `count` pages whose addresses are at `list`, or of all of the loaded space when it is 0. */
export function forget(list: usize, count: u32): void {
  if (list == 0) {
    countHere(CpuEvent.SPACES_FORGOTTEN);
    return writeCr3(readCr3());
  }
  countManyHere(CpuEvent.PAGES_FORGOTTEN, count);
  for (let i: u32 = 0; i < count; i++) invalidatePage(load<u64>(list + ((<usize>i) << 3)));
}
