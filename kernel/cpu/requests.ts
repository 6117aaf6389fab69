import { cpuIndex, fence, invalidatePage, pause, physLoad64, physStore64, readCr3, writeCr3 } from "platform";
import { kernelRoot } from "../paging/kernel-space";
import { sendInterrupt } from "./apic";
import { CpuEvent } from "../trace/counters";
import { countHere, countManyHere, countOn } from "./counts";
import { MOST_PAGES } from "./flush-limit";
import { InterruptVector } from "./interrupt-vector";
import { hasLines, requestAddress } from "./lines";

/**
 * Asking other CPUs to forget translations of the space that they have loaded, and answering (SDM 3A 4.10.5). Who asks holds the kernel's
 * lock, so there is one who asks at a time, and nobody asks it; what is asked lies where all see it. A CPU that waits for the lock with
 * interrupts off answers from there. No other lock is waited for by a CPU that is asked and held by the one that asks: locks of
 * frames and heap are never held over a flush.
 *
 * What is asked is one word, of each CPU's own, so that the usual request needs no look at what another CPU has written:
 *
 *     63 … 12   11 … 0
 *     page      how many pages: 0 nothing is asked; 1 the page; more: those of the list; ALL: the whole space; LEAVE: its root, too
 */
const NOTHING: u64 = 0;
export const ALL_PAGES: u32 = 0xfff;
/** For a CPU that is idle in a space. */
const LEAVE: u32 = 0xffe;
const COUNT: u64 = 0xfff;

/** The addresses of the pages to forget, on this CPU and those that are asked. */
const list = memory.data(256, 8);
if (32 * 8 != 256 || MOST_PAGES != 32) ERROR("list holds MOST_PAGES addresses");

/** The `index`-th page, below MOST_PAGES. */
export function listPage(index: u32, address: u64): void {
  store<u64>(list + ((<usize>index) << 3), address);
}

/**
 * Asks `cpus`, one at least and not this one, to forget the first `count` pages of the list, or ALL_PAGES. The list stays as it is until `awaitFlushes`
 * has returned.
 */
export function askToFlush(cpus: u64, count: u32): void {
  const request = requestFor(count);
  let rest = cpus;
  do {
    ask(<u32>ctz<u64>(rest), request);
    rest &= rest - 1;
  } while (rest != 0);
}

function ask(cpu: u32, request: u64): void {
  physStore64(requestAddress(cpu), request);
  sendInterrupt(cpu, InterruptVector.SHOOTDOWN);
  countHere(CpuEvent.FLUSHES_SENT);
}

/** Changed entries are words of physical memory, and stored before the request is; of the list a compiler does not know that. */
function requestFor(count: u32): u64 {
  if (count == 1) return load<u64>(list) | 1;
  fence();
  return count;
}

/** `cpus`, one at least and not this one, have nothing to run: none has the root of a space loaded when this returns. */
export function askToLeave(cpus: u64): void {
  askToFlush(cpus, LEAVE);
  awaitFlushes(cpus);
}

/** One at least. */
export function awaitFlushes(cpus: u64): void {
  let rest = cpus;
  do {
    awaitFlush(<u32>ctz<u64>(rest));
    rest &= rest - 1;
  } while (rest != 0);
}

function awaitFlush(cpu: u32): void {
  const at = requestAddress(cpu);
  while (physLoad64(at) != NOTHING) pause();
}

/** `askToFlush` of a single CPU, with `forget` here unless this CPU does not have the space, and `awaitFlushes`: its line is looked for once. */
export function flushWithOne(cpu: u32, count: u32, isLoadedHere: bool): void {
  ask(cpu, requestFor(count));
  if (isLoadedHere) forget(count);
  awaitFlush(cpu);
}

/** Does what this CPU was asked, if anything. Interrupts are off. */
export function serveRequests(): void {
  if (!hasLines()) return;
  const cpu = cpuIndex();
  const at = requestAddress(cpu);
  const request = physLoad64(at);
  if (request == NOTHING) return;
  if ((request & COUNT) != 1) return serveSlowly(<u32>(request & COUNT));
  countOn(cpu, CpuEvent.FLUSHES_SERVED, 1);
  countOn(cpu, CpuEvent.PAGES_FORGOTTEN, 1);
  // INVLPG takes any address in the page (SDM 2A).
  invalidatePage(request);
  physStore64(at, NOTHING);
}

/** Called through a variable, so that the usual request does not save registers for it: frames/allocator.ts. */
let serveSlowly: (count: u32) => void = serveAny;
serveSlowly = serveAny;

function serveAny(count: u32): void {
  countHere(CpuEvent.FLUSHES_SERVED);
  // A compiler does not know that the list may have been written since the request was read.
  fence();
  if (count == LEAVE) leaveForKernel();
  else forget(count);
  physStore64(requestAddress(cpuIndex()), NOTHING);
}

/** Loads the root that has no lower half. */
export function leaveForKernel(): void {
  countHere(CpuEvent.ROOTS_LEFT);
  writeCr3(kernelRoot());
}

/** Forgets the translation of one page of the loaded space, on this CPU. */
export function forgetPage(page: u64): void {
  countHere(CpuEvent.PAGES_FORGOTTEN);
  invalidatePage(page);
}

/** Forgets translations on this CPU: of the first `count` pages of the list, or with ALL_PAGES all of the loaded space. */
export function forget(count: u32): void {
  if (count == 1) return forgetPage(load<u64>(list));
  if (count == ALL_PAGES) {
    countHere(CpuEvent.SPACES_FORGOTTEN);
    return writeCr3(readCr3());
  }
  countManyHere(CpuEvent.PAGES_FORGOTTEN, count);
  for (let i: u32 = 0; i < count; i++) invalidatePage(load<u64>(list + ((<usize>i) << 3)));
}
