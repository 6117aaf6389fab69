import { Handle } from "../objects/handle";
import { HandleRight } from "../objects/rights";
import { RegionKind } from "./kinds";

/** Rights of a region, and of an image's segment (the values of ELF's p_flags). */
export namespace Right {
  export const EXECUTE: u32 = 1;
  export const WRITE: u32 = 2;
  export const READ: u32 = 4;
}

export const READ_WRITE: u32 = 6;
if (READ_WRITE != (Right.READ | Right.WRITE)) ERROR("READ_WRITE is the two rights");

/** Right bits of a mapping that whoever has `handle` may have. Memory that is mapped twice is never code: it could be written elsewhere. */
export function rightsBy(handle: Handle): u32 {
  if (!handle.may(HandleRight.RECEIVE)) return 0;
  return handle.may(HandleRight.SEND) ? READ_WRITE : Right.READ;
}

/** Where the pages of a region come from. */
export namespace Backing {
  /** Zeroed frames, the task's own. */
  export const ZEROS: u8 = 0;
  /** The space's message buffer. */
  export const MESSAGE_BUFFER: u8 = 1;
  /** Memory that others may map, too: `source` is the handle. */
  export const OBJECT: u8 = 2;
  /** Copies of such memory, the task's own from the first write of each page on; until then the page itself. */
  export const COPIES: u8 = 3;
  /** A program's file, which stays in memory: `offset` is the physical address of what is at `first`. Read-only; who writes gets a copy. */
  export const IMAGE: u8 = 4;
}

/** Nothing is ever both. */
export function isWriteAndExecute(rights: u32): bool {
  return (rights & Right.WRITE) != 0 && (rights & Right.EXECUTE) != 0;
}

/**
 * A stretch of one space with one meaning. Its place in the tree of its space's regions: `region-tree.ts`.
 *
 *     byte   0      8     16      24       32   40    44     48        52    53      54       55       56      60      62        64      72
 *            first  last  lowest  highest  gap  left  right  priority  kind  rights  caching  backing  source  sealed  withheld  offset
 */
@unmanaged
@final
export class Region {
  first: u64;
  /** The last byte, inclusive. */
  last: u64;
  /** Of the tree below it: where it begins and ends, and its widest gap, as far as it knows (`region-tree.ts`). */
  lowest: u64;
  highest: u64;
  gap: u64;
  left: Region | null;
  right: Region | null;
  priority: u32;
  kind: u8;
  /** Right bits; 0 for a guard, which has no pages. */
  rights: u8;
  /** How its pages are cached: a Caching. */
  caching: u8;
  /** Where a page comes from that is not there yet: a Backing. */
  backing: u8;
  /** The handle by which an object is mapped; 0: none is. */
  source: usize;
  /** 1: nothing changes it any more, as long as the space lives; else 0. */
  sealed: u16;
  /** Right bits that it never gets. */
  withheld: u16;
  /** Byte of the source that is at `first`; of a device and of an image its physical address. */
  offset: u64;

  holds(address: u64): bool {
    return address >= this.first && address <= this.last;
  }

  get bytes(): u64 {
    return this.last - this.first + 1;
  }

  /** Never has pages, whatever its rights are changed to. */
  get isGuard(): bool {
    return this.kind == RegionKind.GUARD || this.kind == RegionKind.STACK_GUARD;
  }

  /** May its rights become `rights`? A guard's never change, a device's are what was granted, and an object's what the handle allows. */
  mayHave(rights: u32): bool {
    if (this.backing == Backing.OBJECT) return (rights & ~rightsBy(changetype<Handle>(this.source))) == 0;
    if (this.backing == Backing.COPIES)
      return (rights & Right.EXECUTE) == 0 && (rights == 0 || rightsBy(changetype<Handle>(this.source)) != 0);
    return !this.isGuard && (rights & this.withheld) == 0;
  }

  /** Becomes a copy of `other`, its place in the tree included. By words: for so few, a call that copies bytes costs more. */
  become(other: Region): void {
    for (let at: usize = 0; at < offsetof<Region>(); at += 8)
      store<u64>(changetype<usize>(this) + at, load<u64>(changetype<usize>(other) + at));
  }

  /** Becomes what lies of `whole` from `address` to its end. */
  continueFrom(whole: Region, address: u64): void {
    this.first = address;
    this.last = whole.last;
    this.left = null;
    this.right = null;
    this.kind = whole.kind;
    this.rights = whole.rights;
    this.caching = whole.caching;
    this.backing = whole.backing;
    this.source = whole.source;
    this.sealed = whole.sealed;
    this.withheld = whole.withheld;
    this.offset = whole.offset + (address - whole.first);
  }

  /** Could this region and `above`, which begins where it ends, be one? */
  isContinuedBy(above: Region): bool {
    if (this.sealed != above.sealed) return false;
    return this.last + 1 == above.first && this.isLike(above.kind, above.rights) && above.source == 0;
  }

  /** Would anonymous memory of this kind and these rights be more of the same? */
  isLike(kind: u32, rights: u32): bool {
    const isPlain = kind == RegionKind.ANONYMOUS || kind == RegionKind.HEAP;
    return isPlain && this.kind == kind && this.rights == rights && this.source == 0;
  }
}
if (offsetof<Region>() != 72) ERROR("Region is 72 bytes");
