/** What can go wrong with frames. `frameErrorFound` (`refusals.ts`) says what was found, `frameErrorNeeded` what would have been enough. */
export namespace FrameError {
  export const NONE: u32 = 0;

  // Bring-up.
  /** Bytes of RAM found; bytes needed. */
  export const TOO_LITTLE_MEMORY: u32 = 1;
  /** Bytes of the largest free range; bytes of frame table needed. */
  export const NO_ROOM_FOR_TABLE: u32 = 2;
  /** More separate ranges of RAM than the kernel's tables hold: the number that fits; one more. */
  export const TOO_MANY_RANGES: u32 = 3;
  /** Ranges that are empty, overlap or are out of order: the frame number at fault. */
  export const BAD_RANGE: u32 = 4;

  /** RAM of a node that there is not: the node, how many there are. */
  export const BAD_NODE: u32 = 5;

  // Freeing and sharing. Nothing has changed; found is the frame number, `frameErrorOwner` its owner.
  export const DOUBLE_FREE: u32 = 16;
  /** Set aside for the kernel, its tables, modules or the firmware: never allocated, so never freed. */
  export const RESERVED: u32 = 17;
  export const OUTSIDE_RAM: u32 = 18;
  /** A block's frames have different owners. */
  export const MIXED_OWNERS: u32 = 19;
  /** The first frame of a block is not a multiple of its size. */
  export const MISALIGNED: u32 = 20;
  /** Found is the order; needed the largest there is. */
  export const BAD_ORDER: u32 = 21;
  /** Others hold the frame too: release it. */
  export const SHARED: u32 = 22;

  // validate(): found is a frame number, an owner for the counts, a CPU for the caches, a tree for the trees, an area for the nodes.
  export const BITMAP_WRONG: u32 = 32;
  export const OWNER_WRONG: u32 = 33;
  export const PADDING_WRONG: u32 = 34;
  export const COUNT_WRONG: u32 = 35;
  /** An area's entry contradicts its bitmap words, or where it is listed. */
  export const AREA_WRONG: u32 = 36;
  /** What a CPU has for itself is not free, or not its own. */
  export const CACHE_WRONG: u32 = 37;
  export const TREE_WRONG: u32 = 38;
  /** An area is of another node than the first RAM in it. */
  export const NODE_WRONG: u32 = 39;
  /** A node's count of free frames is wrong: the node, what was counted. */
  export const NODE_COUNT_WRONG: u32 = 40;
}

export function frameErrorText(error: u32): string {
  if (error == FrameError.NONE) return "no error";
  if (error == FrameError.TOO_LITTLE_MEMORY) return "too little memory";
  if (error == FrameError.NO_ROOM_FOR_TABLE) return "no free range is large enough for the frame table";
  if (error == FrameError.TOO_MANY_RANGES) return "too many separate ranges of RAM";
  if (error == FrameError.BAD_RANGE) return "a range of RAM is empty, out of order or overlaps another";
  if (error == FrameError.BAD_NODE) return "RAM is said to be of a node that there is not";
  if (error == FrameError.DOUBLE_FREE) return "the frame is free already";
  if (error == FrameError.RESERVED) return "the frame is reserved";
  if (error == FrameError.OUTSIDE_RAM) return "the frame is outside RAM";
  if (error == FrameError.MIXED_OWNERS) return "the block's frames have different owners";
  if (error == FrameError.MISALIGNED) return "the block is not aligned to its size";
  if (error == FrameError.BAD_ORDER) return "no block is that large";
  if (error == FrameError.SHARED) return "the frame is shared";
  return inconsistencyText(error);
}

function inconsistencyText(error: u32): string {
  if (error == FrameError.BITMAP_WRONG) return "the bitmap contradicts the frame's owner";
  if (error == FrameError.OWNER_WRONG) return "the frame's owner contradicts the memory map";
  if (error == FrameError.PADDING_WRONG) return "what is no RAM is marked as RAM";
  if (error == FrameError.COUNT_WRONG) return "a count of frames is wrong";
  if (error == FrameError.AREA_WRONG) return "an area's entry is wrong";
  if (error == FrameError.CACHE_WRONG) return "a CPU's cache is wrong";
  if (error == FrameError.TREE_WRONG) return "a tree of areas contradicts itself";
  if (error == FrameError.NODE_WRONG) return "an area is of the wrong node";
  if (error == FrameError.NODE_COUNT_WRONG) return "a node's count of free frames is wrong";
  return "unknown frame error";
}
