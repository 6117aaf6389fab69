import { FrameError, FrameOwner, frameTableAddress, frameTableBytes } from "../../../kernel/frames/allocator";
import { MAX_ORDER } from "../../../kernel/frames/freeing";
import { isAllocatable } from "../../../kernel/frames/owners";
import { describedOwner, frameAt, placeOfFrame, PLACES } from "./pieces";

/** What the allocator must agree with, slowly: an owner and a count of further holders for every frame of the machine in pieces. */
const owners = memory.data(6192);
const sharers = memory.data(6192);
if (0x1020 + 0x810 != 6192) ERROR("the model has an entry for each of PLACES places");

export function resetModel(): void {
  const table = <u32>(frameTableAddress() >> 12);
  const tableEnd = table + <u32>(frameTableBytes() >> 12);
  for (let place: u32 = 0; place < PLACES; place++) {
    const isTable = frameAt(place) >= table && frameAt(place) < tableEnd;
    setOwner(place, isTable ? FrameOwner.FRAME_TABLE : describedOwner(place));
    store<u8>(sharers + place, 0);
  }
}

export function modelOwner(frame: u32): u32 {
  const place = placeOfFrame(frame);
  return place < PLACES ? load<u8>(owners + place) : FrameOwner.HOLE;
}

function setOwner(place: u32, owner: u32): void {
  store<u8>(owners + place, <u8>owner);
}

export function modelSharers(frame: u32): u32 {
  return load<u8>(sharers + placeOfFrame(frame));
}

export function addModelSharers(frame: u32, change: i32): void {
  const at = sharers + placeOfFrame(frame);
  store<u8>(at, <u8>(<i32>load<u8>(at) + change));
}

/** The allocator has handed the block out. */
export function modelTake(first: u32, order: u32, owner: u32): void {
  assert((first & (((<u32>1) << order) - 1)) == 0, "a block does not begin at a multiple of its size");
  for (let frame = first; frame < first + ((<u32>1) << order); frame++) {
    assert(modelOwner(frame) == FrameOwner.FREE, "a frame was handed out that is not free");
    setOwner(placeOfFrame(frame), owner);
  }
}

export function modelFree(first: u32, order: u32): void {
  for (let frame = first; frame < first + ((<u32>1) << order); frame++) setOwner(placeOfFrame(frame), FrameOwner.FREE);
}

/** The FrameError with which freeing the block must be answered. */
export function modelRefusal(first: u32, order: u32): u32 {
  if (order > MAX_ORDER) return FrameError.BAD_ORDER;
  const size: u32 = 1 << order;
  if ((first & (size - 1)) != 0) return FrameError.MISALIGNED;
  for (let frame = first; frame < first + size; frame++) {
    const error = refusalOf(frame);
    if (error != FrameError.NONE) return error;
    if (modelOwner(frame) != modelOwner(first)) return FrameError.MIXED_OWNERS;
  }
  return FrameError.NONE;
}

function refusalOf(frame: u32): u32 {
  const owner = modelOwner(frame);
  if (owner == FrameOwner.HOLE) return FrameError.OUTSIDE_RAM;
  if (owner == FrameOwner.FREE) return FrameError.DOUBLE_FREE;
  if (!isAllocatable(owner)) return FrameError.RESERVED;
  return modelSharers(frame) == 0 ? FrameError.NONE : FrameError.SHARED;
}

/** Is there a free block that ends at or below frame `limit`? */
export function modelHasBlock(order: u32, limit: u64): bool {
  const size: u32 = 1 << order;
  for (let place: u32 = 0; place < PLACES; place++) {
    const first = frameAt(place);
    if ((first & (size - 1)) == 0 && <u64>first + size <= limit && isFree(first, size)) return true;
  }
  return false;
}

function isFree(first: u32, size: u32): bool {
  for (let frame = first; frame < first + size; frame++) if (modelOwner(frame) != FrameOwner.FREE) return false;
  return true;
}

export function modelFreeFrames(): u64 {
  let count: u64 = 0;
  for (let place: u32 = 0; place < PLACES; place++) if (load<u8>(owners + place) == FrameOwner.FREE) count++;
  return count;
}
