import { areaEntry, freeIn, hasReferences, heldBy, nodeOf, Place, placeFor, placeOf, treeOf } from "./areas";
import { FrameError } from "./errors";
import { MAX_NODES, nodeCount } from "./nodes";
import { FrameOwner, isAllocatable, OWNER_COUNT } from "./owners";
import { frameRefusal } from "./refusals";
import { AREA_FRAMES, AREA_SHIFT, AREA_WORDS, areaCount, physicalArea } from "./spans";
import { areStates, freeWord, KNOWN_ZERO, ownerOfState, SHARED, SINGLE, stateAt } from "./table";
import { isTreeConsistent, treeCount, treeHas } from "./trees";
import { areasOnShelves, areasReserved, cachedBits, tookClash } from "./validate-caches";

/** Every area against its bitmap words and the states of its frames, which are counted again. */
const seen = memory.data(512, 8);
if (64 * 8 != 512) ERROR("seen holds OWNER_COUNT numbers");

const NO_TREE: u32 = 0xffff_ffff;

/** By node. */
const seenFree = memory.data(128, 8);
if (16 * 8 != 128) ERROR("seenFree holds MAX_NODES numbers");

let shelved: u32 = 0;
let reserved: u32 = 0;

export function forgetSeen(): void {
  for (let owner: usize = 0; owner < <usize>OWNER_COUNT; owner++) store<u64>(seen + (owner << 3), 0);
  for (let node: usize = 0; node < <usize>MAX_NODES; node++) store<u64>(seenFree + (node << 3), 0);
}

/** Frames of `owner` that were found. */
export function seenFrames(owner: u32): u64 {
  return load<u64>(seen + ((<usize>owner) << 3));
}

/** Free frames of the areas of `node` that no CPU has in its hands. */
export function seenFreeOf(node: u32): u64 {
  return load<u64>(seenFree + ((<usize>node) << 3));
}

function countFree(entry: u64): void {
  if (placeOf(entry) > Place.RESERVED) return;
  store<u64>(seenFree + ((<usize>nodeOf(entry)) << 3), seenFreeOf(nodeOf(entry)) + freeIn(entry));
}

function countSeen(owner: u32, frames: u64): void {
  store<u64>(seen + ((<usize>owner) << 3), seenFrames(owner) + frames);
}

export function validateAreas(): u32 {
  shelved = 0;
  reserved = 0;
  for (let area: u32 = 0; area < areaCount(); area++) {
    const error = validateArea(area);
    if (error != FrameError.NONE) return error;
  }
  for (let tree: u32 = 0; tree < treeCount(); tree++) {
    if (!isTreeConsistent(tree)) return frameRefusal(FrameError.TREE_WRONG, tree, 0);
  }
  if (shelved == areasOnShelves() && reserved == areasReserved()) return FrameError.NONE;
  return frameRefusal(FrameError.CACHE_WRONG, shelved, reserved);
}

function validateArea(area: u32): u32 {
  const place = placeOf(areaEntry(area));
  let free: u64 = 0;
  for (let i: u32 = 0; i < AREA_WORDS; i++) {
    const word = area * AREA_WORDS + i;
    free += popcnt<u64>(freeWord(word));
    const error = validateWord(area, word, place);
    if (error != FrameError.NONE) return error;
  }
  const first = physicalArea(area) << AREA_SHIFT;
  countFree(areaEntry(area));
  if (!isEntryRight(areaEntry(area), <i32>free)) return frameRefusal(FrameError.AREA_WRONG, first, place);
  const home = place == Place.FULL || place > Place.RESERVED ? NO_TREE : treeOf(nodeOf(areaEntry(area)), place);
  for (let node: u32 = 0; node < nodeCount(); node++) {
    for (let tree = treeOf(node, Place.PARTLY); tree <= treeOf(node, Place.RESERVED); tree++) {
      if (treeHas(tree, area) != (tree == home)) return frameRefusal(FrameError.TREE_WRONG, tree, first);
    }
  }
  return FrameError.NONE;
}

/** Does the entry say what the words say, of which `free` bits are set? */
function isEntryRight(entry: u64, free: i32): bool {
  const place = placeOf(entry);
  if (place == Place.SHELVED) shelved += 1;
  if (place == Place.RESERVED) reserved += 1;
  if (place == Place.WHOLE) return free == 0 && freeIn(entry) == <i32>AREA_FRAMES;
  if (freeIn(entry) != free || place > Place.SHELVED) return false;
  if (place == Place.HELD) return free == 0 && isAllocatable(heldBy(entry));
  return place < Place.WHOLE ? placeFor(free) == place : place != Place.SHELVED || free == 0;
}

function validateWord(area: u32, word: u32, place: u32): u32 {
  const cached = cachedBits(word);
  const bits = freeWord(word);
  const ordinal = word << 6;
  const frame = (physicalArea(area) << AREA_SHIFT) + (ordinal & (AREA_FRAMES - 1));
  if (tookClash() || (bits & cached) != 0) return frameRefusal(FrameError.CACHE_WRONG, frame, 0);
  const isAllFree = place == Place.WHOLE || place == Place.HELD || place == Place.SHELVED;
  if (isAllFree && (bits | cached) != 0) return frameRefusal(FrameError.BITMAP_WRONG, frame, 0);
  const free = isAllFree ? u64.MAX_VALUE : bits | cached;
  const isAlike = (free == 0 || free == u64.MAX_VALUE) && areStates(ordinal, 64, stateAt(ordinal));
  for (let i: u32 = 0; i < 64; i += isAlike ? 64 : 1) {
    const error = stateError(area, stateAt(ordinal + i), ((free >> (<u64>i)) & 1) != 0, place);
    if (error != FrameError.NONE) return frameRefusal(error, frame + i, stateAt(ordinal + i));
    const owner = place == Place.HELD ? heldBy(areaEntry(area)) : ownerOfState(stateAt(ordinal + i));
    countSeen(owner, isAlike ? 64 : 1);
  }
  return FrameError.NONE;
}

function stateError(area: u32, state: u32, isFree: bool, place: u32): u32 {
  const owner = ownerOfState(state);
  if ((owner == FrameOwner.FREE) != isFree) return FrameError.BITMAP_WRONG;
  if ((place == Place.HELD || place == Place.SHELVED) && state != KNOWN_ZERO) return FrameError.OWNER_WRONG;
  return isFlagRight(area, state, owner) ? FrameError.NONE : FrameError.OWNER_WRONG;
}

function isFlagRight(area: u32, state: u32, owner: u32): bool {
  const flags = state & (SHARED | SINGLE);
  if (owner == FrameOwner.FREE) return (flags & SINGLE) == 0;
  if (!isAllocatable(owner)) return flags == 0;
  return flags == SINGLE || (flags == SHARED && hasReferences(areaEntry(area)));
}
