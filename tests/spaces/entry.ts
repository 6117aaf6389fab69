/**
 * Address spaces on the embedded machine: the kernel's own tables, heap and page of zeros as bring-up makes them, then what changes a
 * space, called by the test in the place of traps and system calls, and the modelled MMU, through which the test makes accesses.
 */
export * from "../frames/core";
export { ramAt, ramDeclare } from "model/ram/ram";
export { memoryTypeAt, translate as access } from "model/mmu/translate";
export { faultAddress, faultError, faultVector } from "model/mmu/faults";
export { tlbBase } from "model/mmu/tlb";
export { cachedStructure } from "model/mmu/structure-cache";
export { cpuIndex, kernelLoad32, physLoad64, physStore64, readCr3, readMsr } from "platform";
export { mapAperture } from "../../kernel/paging/apertures";
export { claimDeviceRange } from "../../kernel/paging/device-ranges";
export { findMisplaced } from "../../kernel/paging/zone-checks";
export { answerPageFault } from "../../kernel/spaces/answer";
export { protectRange, removeRange, sealRange } from "../../kernel/spaces/change";
export { addHeap } from "../../kernel/spaces/heap-end";
export { placeRegion } from "../../kernel/spaces/place";
export { placePopulated, replacePopulated, replaceRange } from "../../kernel/spaces/replace";
export { placeDevice } from "../../kernel/spaces/device";
export { addPopulated, populate } from "../../kernel/spaces/populate";
export { reclaimTables } from "../../kernel/spaces/reclaim";
export { enterSpace, idleInSpace, leaveSpaces } from "../../kernel/tlb/loaded";
export { zeroPage } from "../../kernel/spaces/zero-page";
export { dropPrepared } from "../../kernel/spaces/region-pool";
export { drainHeap, keptHeapFrames, objectsOut, validateHeap } from "../../kernel/heap/heap";
export { kernelRoot } from "../../kernel/paging/kernel-space";
export { seedRandom } from "../../kernel/random/random";
export * from "./race-entry";
export { invalidations } from "platform/counting";
export { eventsOn } from "../../kernel/cpu/counts";
export { featuresHide } from "model/cpu/features";
import { connectKernel } from "model/program/enter";
import { runCpu } from "model/mmu/state";
import { OBJECT_PAGES, writeCr4, writeMsr } from "platform";
import { PAGE_BYTES } from "../../kernel/address/pages";
import { endOfInterrupt, findApic, openApic } from "../../kernel/cpu/apic";
import { makeLines } from "../../kernel/cpu/lines";
import { serveRequests } from "../../kernel/cpu/requests";
import { allocateBlock } from "../../kernel/frames/allocator";
import { FrameOwner } from "../../kernel/frames/owners";
import { startHeap } from "../../kernel/heap/heap";
import { addCpu } from "../../kernel/numa/cpus";
import { CpuState } from "../../kernel/numa/cpu-state";
import { seeKernelFlushes } from "../../kernel/paging/kernel-flushes";
import { detectFeatures, enableModeProtections, enableTableProtections } from "../../kernel/paging/features";
import { buildKernelSpace, loadKernelSpace } from "../../kernel/paging/kernel-space";
import { setMemoryTypes } from "../../kernel/paging/memory-types";
import { attachObjectPage, detachObjectPage, openObjectWindow } from "../../kernel/paging/object-pages";
import { forkSpace } from "../../kernel/spaces/fork";
import { growHeap, shrinkHeap } from "../../kernel/spaces/heap-end";
import { framesHeldAlone } from "../../kernel/spaces/holdings";
import { Region } from "../../kernel/spaces/region";
import { placeImage } from "../../kernel/spaces/image-pages";
import { firstFrom, regionsIn } from "../../kernel/spaces/region-tree";
import { openQuota, usedOf } from "../../kernel/quotas/quota";
import { createSpace, destroySpace, heapOf, Space, SpaceError } from "../../kernel/spaces/space";
import { allocateSpace, freeSpace } from "../../kernel/spaces/space-pool";
import { copyIn, copyOut } from "../../kernel/spaces/user-memory";
import { makeZeroPage } from "../../kernel/spaces/zero-page";

const EFER: u32 = 0xc000_0080;
const LONG_MODE: u64 = 1 << 8;
const PAE: u64 = 1 << 5;

/** Bring-up's step of page tables and protections, from frames that are there. */
export function startSpaces(): bool {
  detectFeatures();
  turnPagingOn();
  if (buildKernelSpace() != 0) return false;
  loadKernelSpace();
  if (!makeZeroPage() || openObjectWindow() != 0) return false;
  if (!startHeap(OBJECT_PAGES, attachObjectPage, detachObjectPage)) return false;
  enableModeProtections();
  return startOtherCpus();
}

function turnPagingOn(): void {
  writeMsr(EFER, LONG_MODE);
  writeCr4(PAE);
  enableTableProtections();
  setMemoryTypes();
}

const CPUS: u32 = 3;

/** They sleep in the kernel's own space, and answer interrupts. */
function startOtherCpus(): bool {
  connectKernel(interrupt, noCall, noStart);
  for (let cpu: u32 = 0; cpu < CPUS; cpu++) addCpu(cpu, CpuState.ENABLED);
  if (!makeLines() || !findApic()) return false;
  openApic();
  for (let cpu: u32 = 1; cpu < CPUS; cpu++) {
    runCpu(cpu);
    turnPagingOn();
    loadKernelSpace();
    enableModeProtections();
    openApic();
  }
  runCpu(0);
  return true;
}

/** Shootdown is the only one that comes. */
function interrupt(vector: u32, error: u64, address: u64, origin: u32): void {
  serveRequests();
  endOfInterrupt();
}
function noCall(number: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): void {}
function noStart(): void {}

/** What is called from here on, the CPU `index` does, in the kernel. */
export function onCpu(index: u32): void {
  runCpu(index);
  seeKernelFlushes();
}

/** A new space; 0 when there is no memory. */
export function makeSpace(): usize {
  const space = allocateSpace();
  if (space == null) return 0;
  if (createSpace(space) == SpaceError.NONE) return changetype<usize>(space);
  freeSpace(space);
  return 0;
}

/** A copy of the space; 0 when there is no memory. */
export function forkOf(parent: Space): usize {
  const child = makeSpace();
  if (child == 0) return 0;
  if (forkSpace(parent, changetype<Space>(child)) == SpaceError.NONE) return child;
  endSpace(changetype<Space>(child));
  return 0;
}

export function endSpace(space: Space): void {
  destroySpace(space);
  freeSpace(space);
}

/** A program's file of 512 pages: the number of its first frame. */
export function makeFile(): u32 {
  return allocateBlock(9, FrameOwner.KERNEL_DATA).number;
}

/** Maps the file from its page `page` on. */
export function placeFile(space: Space, first: u64, last: u64, kind: u32, rights: u32, file: u32, page: u32): u32 {
  return placeImage(space, first, last, kind, rights, (<u64>file + page) * PAGE_BYTES);
}

/** As much of a QuotaKind as all spaces have. */
export function counted(kind: u32): u32 {
  return usedOf(openQuota(), kind);
}

/** What would come back by its end. */
export function heldAlone(space: Space): u32 {
  return <u32>framesHeldAlone(space, space);
}

export function rootOf(space: Space): u64 {
  return space.root;
}

export function regionCountOf(space: Space): u32 {
  return regionsIn(space.regions);
}

/** The lowest region that ends at or above `address`; 0 when there is none. */
export function regionFrom(space: Space, address: u64): usize {
  return changetype<usize>(firstFrom(space.regions, address));
}

export function regionFirst(region: Region): u64 {
  return region.first;
}
export function regionLast(region: Region): u64 {
  return region.last;
}
export function regionKind(region: Region): u32 {
  return region.kind;
}
export function regionRights(region: Region): u32 {
  return region.rights;
}

/** Moves the heap's end up, or down, as `brk` does. */
export function moveHeapEnd(space: Space, end: u64): u32 {
  const heap = changetype<Region>(heapOf(space));
  return end > heap.last ? growHeap(space, heap, end) : shrinkHeap(space, heap, end);
}

const word = memory.data(8, 8);

/** A word of the space that is loaded, read as a system call does; the answer in `copiedWord`. */
export function copyWordIn(address: u64, space: Space): bool {
  return copyIn(word, address, 4, space);
}
export function copyWordOut(address: u64, value: u32, space: Space): bool {
  store<u32>(word, value);
  return copyOut(address, word, 4, space);
}
export function copiedWord(): u32 {
  return load<u32>(word);
}
