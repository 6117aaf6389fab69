import { cpuIndex, cpuInstall } from "platform";
import { VirtAddr } from "../address/addr";
import { KERNEL_HALF, KERNEL_ZONE_LAST } from "../address/layout";
import { HUGE_BYTES, PAGE_BYTES } from "../address/pages";
import { kernelVirtual } from "../bootinfo/bootinfo";
import { allocateFrame } from "../frames/allocator";
import { MAX_CPUS } from "../frames/cpu-cache";
import { FrameOwner } from "../frames/owners";
import { kernelRoot, sealedBase } from "../paging/kernel-space";
import { mapPage, PagingError } from "../paging/tables";
import { Pte } from "../paging/pte";
import { isRandomised } from "../random/aslr";
import { randomBelow } from "../random/random";

/**
 * Kernel stacks of a CPU, in the kernel zone, in a gigabyte of their own. Every stack has an unmapped page below it, so that an
 * overflow is a fault and not a corruption; the fault is taken on the double-fault stack (an IST stack, SDM 3A 6.14.5).
 *
 *     guard | kernel stack | guard | #DF stack | guard | NMI stack | guard | #MC stack | guard
 */
const KERNEL_STACK_BYTES: u64 = 32 * 1024;
const FAULT_STACK_BYTES: u64 = 16 * 1024;

let next: u64 = 0;

/** By CPU: the tops of its stacks, in the order drawn above. 0 until they are made. */
const tops = memory.data(2048, 8);
if (64 * 4 * 8 != 2048 || MAX_CPUS != 64) ERROR("tops has four for each of MAX_CPUS");
const KERNEL: u32 = 0;
const DOUBLE_FAULT: u32 = 1;
const NMI: u32 = 2;
const MACHINE_CHECK: u32 = 3;

function topPlace(cpu: u32, stack: u32): usize {
  return tops + ((<usize>cpu) << 5) + ((<usize>stack) << 3);
}

export function kernelStackTop(cpu: u32): u64 {
  return load<u64>(topPlace(cpu, KERNEL));
}

/** Makes the stacks of `cpu`; those of CPU 0 first. Returns a PagingError. */
export function makeStacks(cpu: u32): u32 {
  if (next == 0) next = drawStackZone();
  for (let stack = KERNEL; stack <= MACHINE_CHECK; stack++) {
    const top = makeStack(stack == KERNEL ? KERNEL_STACK_BYTES : FAULT_STACK_BYTES);
    if (top == 0) return PagingError.NO_FRAME;
    store<u64>(topPlace(cpu, stack), top);
  }
  return PagingError.NONE;
}

/** Bytes of the sealed section that each CPU has, for its descriptor tables. */
const TABLES_BYTES: u64 = 8192;
if (MAX_CPUS * 8192 > 2 << 20) ERROR("the sealed section has room for the tables of MAX_CPUS");

/** Hands this CPU's stacks and tables to the platform. Before the sealed section is locked. */
export function installStacks(): void {
  const cpu = cpuIndex();
  cpuInstall(
    sealedBase() + <u64>cpu * TABLES_BYTES,
    kernelStackTop(cpu),
    load<u64>(topPlace(cpu, DOUBLE_FAULT)),
    load<u64>(topPlace(cpu, NMI)),
    load<u64>(topPlace(cpu, MACHINE_CHECK)),
  );
}

/** A gigabyte of the kernel zone that the kernel image does not touch: drawn, or the next one when nothing is to be random. */
function drawStackZone(): u64 {
  const imageFirst = kernelVirtual() / HUGE_BYTES;
  // An image is smaller than a gigabyte and so touches two at most. Not asking how large it is, two machines draw the same numbers.
  const imageEnd = imageFirst + 2;
  const zoneFirst = KERNEL_HALF / HUGE_BYTES;
  const zoneEnd = KERNEL_ZONE_LAST / HUGE_BYTES + 1;
  if (!isRandomised()) return (imageEnd < zoneEnd ? imageEnd : zoneFirst) * HUGE_BYTES;
  let drawn = zoneFirst + randomBelow(zoneEnd - zoneFirst);
  while (drawn >= imageFirst && drawn < imageEnd) drawn = zoneFirst + randomBelow(zoneEnd - zoneFirst);
  return drawn * HUGE_BYTES;
}

/** Maps a stack above a guard page; returns its top, or 0 when frames ran out. */
function makeStack(bytes: u64): u64 {
  const first = next + PAGE_BYTES;
  for (let done: u64 = 0; done < bytes; done += PAGE_BYTES) {
    const frame = allocateFrame(FrameOwner.KERNEL_STACK);
    if (frame.isNone) return 0;
    const flags = Pte.WRITE | Pte.NO_EXECUTE | Pte.GLOBAL;
    if (mapPage(kernelRoot(), <VirtAddr>(first + done), frame.address, 1, flags) != PagingError.NONE) return 0;
  }
  next = first + bytes;
  return next;
}
