import { VirtAddr } from "./addr";
import { Zone } from "./zones";

/**
 * The address space (the specification's "Virtual Address Layout", with the free range as the direct map):
 *
 *     0000_0000_0000_0000  user half: one per task
 *     0000_7fff_ffff_ffff
 *        (not canonical)
 *     ffff_8000_0000_0000  kernel text and static data, kernel stacks
 *     ffff_9000_0000_0000  NOSM modules: the user's, but only its owner writes and executes what is there
 *     ffff_a000_0000_0000  direct map of RAM
 *     ffff_c000_0000_0000  MMIO and device apertures
 *     ffff_ffff_ffff_ffff
 *
 * The user half is cut into eight slots of 2^44 bytes, so that a base drawn from a slot, in pages, has 32 bits:
 *
 *     slot  0     1     2     3–4   5     6     7
 *           none  text  heap  mmap  IPC   stack none
 */
export const USER_LAST: u64 = 0x0000_7fff_ffff_ffff;
export const KERNEL_HALF: u64 = 0xffff_8000_0000_0000;
export const KERNEL_ZONE_LAST: u64 = 0xffff_8fff_ffff_ffff;
export const MODULE_ZONE: u64 = 0xffff_9000_0000_0000;
export const DIRECT_MAP_ZONE: u64 = 0xffff_a000_0000_0000;
export const MMIO_ZONE: u64 = 0xffff_c000_0000_0000;
/** What one entry of a root table covers. A zone has whole ones, so that a root says by itself what belongs to which zone. */
export const ROOT_ENTRY_BYTES: u64 = 1 << 39;
if (KERNEL_HALF % ROOT_ENTRY_BYTES != 0 || MODULE_ZONE % ROOT_ENTRY_BYTES != 0)
  ERROR("a zone has part of a root entry");
if (DIRECT_MAP_ZONE % ROOT_ENTRY_BYTES != 0 || MMIO_ZONE % ROOT_ENTRY_BYTES != 0)
  ERROR("a zone has part of a root entry");
if (KERNEL_HALF != ~USER_LAST) ERROR("what is between the halves is not canonical");
if (KERNEL_ZONE_LAST + 1 != MODULE_ZONE || MODULE_ZONE >= DIRECT_MAP_ZONE || DIRECT_MAP_ZONE >= MMIO_ZONE) {
  ERROR("the kernel's half is its zones, one after another");
}

/** Below this nothing is ever mapped for a user: a null pointer with an offset still faults. */
export const NULL_ZONE_BYTES: u64 = 64 * 1024;

export const USER_SLOT_BYTES: u64 = 1 << 44;
export namespace UserSlot {
  export const TEXT: u64 = 1;
  export const HEAP: u64 = 2;
  export const MMAP: u64 = 3;
  export const IPC: u64 = 5;
  export const STACK: u64 = 6;
}

export function userSlotFirst(slot: u64): VirtAddr {
  return <VirtAddr>(slot * USER_SLOT_BYTES);
}

/** Bits 63:47 all equal (SDM 1, 3.3.7.1). */
export function isCanonical(address: u64): bool {
  const top = (<i64>address) >> 47;
  return top == 0 || top == -1;
}

/** The Zone that a canonical `address` is in. */
export function zoneOf(address: u64): u32 {
  if (address >= MMIO_ZONE) return Zone.MMIO;
  if (address >= DIRECT_MAP_ZONE) return Zone.DIRECT_MAP;
  if (address >= MODULE_ZONE) return Zone.MODULES;
  return address >= KERNEL_HALF ? Zone.KERNEL : Zone.USER;
}

export function zoneFirst(zone: u32): VirtAddr {
  if (zone == Zone.USER) return <VirtAddr>0;
  if (zone == Zone.KERNEL) return <VirtAddr>KERNEL_HALF;
  if (zone == Zone.MODULES) return <VirtAddr>MODULE_ZONE;
  if (zone == Zone.DIRECT_MAP) return <VirtAddr>DIRECT_MAP_ZONE;
  return <VirtAddr>MMIO_ZONE;
}

export function zoneLast(zone: u32): VirtAddr {
  if (zone == Zone.USER) return <VirtAddr>USER_LAST;
  if (zone == Zone.KERNEL) return <VirtAddr>KERNEL_ZONE_LAST;
  if (zone == Zone.MODULES) return <VirtAddr>(DIRECT_MAP_ZONE - 1);
  if (zone == Zone.DIRECT_MAP) return <VirtAddr>(MMIO_ZONE - 1);
  return <VirtAddr>u64.MAX_VALUE;
}

export function zoneName(zone: u32): string {
  if (zone == Zone.USER) return "user space, one per task";
  if (zone == Zone.KERNEL) return "kernel text, data, stacks";
  if (zone == Zone.MODULES) return "NOSM modules";
  if (zone == Zone.DIRECT_MAP) return "direct map of RAM";
  return "MMIO and devices";
}
