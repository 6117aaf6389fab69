import { physLoad64, physStore64 } from "platform";
import { PhysAddr, VirtAddr } from "../address/addr";
import { MODULE_ZONE, ROOT_ENTRY_BYTES } from "../address/layout";
import { supportedFlags } from "./features";
import { kernelRoot } from "./kernel-space";
import { entryAddress, entrySlot, isPresent, Pte, ROOT_LEVEL } from "./pte";
import { allocateTable } from "./tables";

/**
 * The zone of modules: 32 slots, each one entry of the root table, each one module's. What a module has there is the user's, and in every
 * space. All spaces have the same tables below the root; who may write and execute is said by the entry of the root alone, since of rights every
 * entry on the way to a page must grant them (SDM 3A 4.6):
 *
 *     owner's root   ──present, user, write────▶ ┌───────┐      the pages' own entries: text R+X, constants R, data R+W
 *                                                │ table │ ───▶ …
 *     all the others ──present, user, no execute▶ └───────┘
 *
 * The tables right below the root are there before the first space is, and stay: what a module brings and takes are entries in them. So nobody's
 * root changes, but for the owner's while nobody else has it.
 */
export const SLOTS: u32 = 32;
/** The first gigabyte of a slot has no pages: whatever a module maps, its slot's table is not the only thing there (`spaces/space.ts`). */
export const UNUSED_BYTES: u64 = 0x4000_0000;

const READERS: u64 = 5;
if (READERS != (Pte.PRESENT | Pte.USER)) ERROR("READERS");
const OWNERS: u64 = 7;
if (OWNERS != (Pte.PRESENT | Pte.USER | Pte.WRITE)) ERROR("OWNERS");

/** Bit n: slot n is a module's. */
let taken: u32 = 0;

/** Before the first space, when there are modules. Slots for which no frame is left for a table are nobody's. */
export function openModuleZone(): void {
  for (let slot: u32 = 0; slot < SLOTS; slot++) {
    const table = allocateTable();
    if (table == 0) return;
    physStore64(rootEntry(kernelRoot(), slot), table | READERS | supportedFlags(Pte.NO_EXECUTE));
  }
}

/** First byte of the slot. */
export function slotFirst(slot: u32): VirtAddr {
  return <VirtAddr>(MODULE_ZONE + <u64>slot * ROOT_ENTRY_BYTES);
}

export function slotLast(slot: u32): VirtAddr {
  return <VirtAddr>(slotFirst(slot) + (ROOT_ENTRY_BYTES - 1));
}

/** The first free slot from `wanted` on, in a circle, is the caller's from now on; SLOTS: there is none. */
export function takeSlot(wanted: u32): u32 {
  for (let i: u32 = 0; i < SLOTS; i++) {
    const slot = (wanted + i) % SLOTS;
    if ((taken & bitOf(slot)) != 0 || !isPresent(physLoad64(rootEntry(kernelRoot(), slot)))) continue;
    taken |= bitOf(slot);
    return slot;
  }
  return SLOTS;
}

/** Nothing is mapped there any more, and nobody remembers. */
export function giveSlot(slot: u32): void {
  taken &= ~bitOf(slot);
}

/** Makes the space of `root`, which nobody has loaded yet, the slot's owner. */
export function ownSlot(root: PhysAddr, slot: u32): void {
  const entry = physLoad64(rootEntry(root, slot));
  physStore64(rootEntry(root, slot), entryAddress(entry) | OWNERS);
}

/** The first slot whose entry in the template lets anybody but its owner write or execute; SLOTS: there is none. */
export function firstOpenSlot(): u32 {
  const forbidden = Pte.WRITE | Pte.NO_EXECUTE;
  for (let slot: u32 = 0; slot < SLOTS; slot++) {
    const entry = physLoad64(rootEntry(kernelRoot(), slot));
    if (isPresent(entry) && (entry & forbidden) != supportedFlags(Pte.NO_EXECUTE)) return slot;
  }
  return SLOTS;
}

function rootEntry(root: PhysAddr, slot: u32): PhysAddr {
  return entrySlot(root, slotFirst(slot), ROOT_LEVEL);
}

function bitOf(slot: u32): u32 {
  return (<u32>1) << slot;
}
