import { PhysAddr } from "../address/addr";
import { allocateFrame, FrameError, freeFrame } from "../frames/allocator";
import { Frame } from "../frames/frame";
import { FrameOwner } from "../frames/owners";
import { checkReleased, paintSlab } from "./checks";
import { CHECKS } from "./debug";
import { directoryFrames, enterPageLocked, leavePageLocked, openDirectory } from "./directory";
import { Kind, kindAt, kindCount, objectAt } from "./kinds";
import { lock, unlock } from "./lock";
import { makeRoot, pagesLock } from "./root";
import { FIRST_OBJECT, ObjectState, setState, Slab, toggleFree } from "./slab";
import { giveSlot, NO_SLOT, openSlots, takeSlot } from "./slots";

/** Slabs come from the frames and go back there: a frame, a place in linear memory that shows it, a header. */

/** Makes place `slot` show `frame`; returns its linear address, a multiple of 4096, or 0 when there is no memory to do it with. */
export type AttachPage = (slot: u32, frame: Frame) => usize;
/** Makes place `slot` show nothing. */
export type DetachPage = (slot: u32) => void;

let attach: AttachPage = attachNothing;
let detach: DetachPage = detachNothing;

function attachNothing(_slot: u32, _frame: Frame): usize {
  return 0;
}

function detachNothing(_slot: u32): void {}

/** `startHeap`, but for what it tells the frames. */
export function startSlabs(places: u32, attachPage: AttachPage, detachPage: DetachPage): bool {
  attach = attachPage;
  detach = detachPage;
  openSlots(places);
  openDirectory();
  return makeRoot() && tryFirstPlace();
}

/** A slab is made and given back: what it takes to find pages there is made before anybody counts frames. */
function tryFirstPlace(): bool {
  assert(kindCount() > 0, "a heap without kinds of objects");
  const slab = makeSlab(kindAt(0));
  if (slab == null) return false;
  releaseSlab(slab);
  return true;
}

/** Slabs of all kinds. */
export function allSlabs(): u64 {
  let sum: u64 = 0;
  for (let kind: u32 = 0; kind < kindCount(); kind++) sum += kindAt(kind).slabs;
  return sum;
}

/** Frames that the heap keeps when it has no slab: its root and its directory. */
export function keptHeapFrames(): u64 {
  return 1 + directoryFrames();
}

/** A slab of free objects that is in no list and not counted; null when there is no memory. No lock is held. */
export function makeSlab(kind: Kind): Slab | null {
  const frame = allocateFrame(FrameOwner.KERNEL_OBJECTS);
  if (frame.isNone) return null;
  lock(pagesLock());
  const slab = showLocked(frame);
  unlock(pagesLock());
  if (slab == null) giveBack(frame);
  else layOut(slab, kind);
  return slab;
}

function showLocked(frame: Frame): Slab | null {
  const slot = takeSlot();
  if (slot == NO_SLOT) return null;
  const page = attach(slot, frame);
  if (page != 0 && enterPageLocked(page)) return nameSlab(page, slot, frame);
  if (page != 0) detach(slot);
  giveSlot(slot);
  return null;
}

function nameSlab(page: usize, slot: u32, frame: Frame): Slab {
  const slab = changetype<Slab>(page);
  slab.slot = slot;
  slab.frame = frame.address;
  return slab;
}

/** The page is zero but for what `nameSlab` wrote. */
function layOut(slab: Slab, kind: Kind): void {
  slab.kind = kind.id;
  if (CHECKS) paintSlab(slab, kind);
  for (let i: u32 = 0; i < kind.capacity; i++) {
    setState(objectAt(slab, kind, i), ObjectState.FREE);
    toggleFree(objectAt(slab, kind, i));
  }
}

/** Gives the frame of a slab back that holds all its objects and is in no list. No lock of a kind is held. */
export function releaseSlab(slab: Slab): void {
  if (CHECKS) checkReleased(slab);
  const frame = Frame.containing(<PhysAddr>slab.frame);
  const slot = slab.slot;
  lock(pagesLock());
  leavePageLocked(changetype<usize>(slab));
  zero(changetype<usize>(slab));
  detach(slot);
  giveSlot(slot);
  unlock(pagesLock());
  giveBack(frame);
}

/** The frames zero what they get; this is for machines on which the page is not the frame (the hosted build). */
function zero(page: usize): void {
  const end: usize = CHECKS ? 4096 : <usize>FIRST_OBJECT;
  for (let at: usize = 0; at < end; at += 8) store<u64>(page + at, 0);
}

function giveBack(frame: Frame): void {
  const error = freeFrame(frame);
  assert(error == FrameError.NONE, "a frame of the heap could not be freed");
}
