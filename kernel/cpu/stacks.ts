import { cpuInstall } from "platform";
import { VirtAddr } from "../address/addr";
import { KERNEL_HALF, KERNEL_ZONE_LAST } from "../address/layout";
import { HUGE_BYTES, PAGE_BYTES } from "../address/pages";
import { kernelVirtual } from "../bootinfo/bootinfo";
import { allocateFrame } from "../frames/allocator";
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

/** Makes CPU 0's stacks and hands them to the platform. Returns a PagingError. */
export function installStacks(): u32 {
  next = drawStackZone();
  const kernel = makeStack(KERNEL_STACK_BYTES);
  const doubleFault = makeStack(FAULT_STACK_BYTES);
  const nmi = makeStack(FAULT_STACK_BYTES);
  const machineCheck = makeStack(FAULT_STACK_BYTES);
  if (kernel == 0 || doubleFault == 0 || nmi == 0 || machineCheck == 0) return PagingError.NO_FRAME;
  cpuInstall(sealedBase(), kernel, doubleFault, nmi, machineCheck);
  return PagingError.NONE;
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
