import { RegionKind } from "../../../kernel/spaces/kinds.ts";
import { Right, SpaceError, type RegionSeen } from "./machine.ts";

/**
 * What address spaces are, naively: a map from page to what it is and what is in it. A page's contents are an object: pages of two
 * spaces may have one frame only while they have the same object, which a fork brings about and a write ends.
 */

/** A page's memory, as far as the test looks: three of its words. */
export interface Contents {
  readonly words: readonly [number, number, number];
}

export interface Page {
  readonly kind: number;
  readonly rights: number;
  readonly contents: Contents;
  /** What is in it when its space has no page there: of a file's page, what the file has. */
  readonly supplied: Contents;
  /** No region reaches from the page below into this one, though both are alike. */
  readonly beginsRegion: boolean;
  /** Nothing changes it any more, but for its contents. */
  readonly isSealed: boolean;
}

const ZEROS: Contents = { words: [0, 0, 0] };
const FRESH = { contents: { words: [0, 0, 0] }, supplied: ZEROS, isSealed: false } as const;

/** Kinds of memory whose neighbours become one region. */
const PLAIN: ReadonlySet<number> = new Set([RegionKind.ANONYMOUS, RegionKind.HEAP]);
const GUARDS: ReadonlySet<number> = new Set([RegionKind.GUARD, RegionKind.STACK_GUARD]);
/** Pages that users may have: not the first 64 KiB, not the last page. */
const FIRST_PAGE = 16;
const END_PAGE = 2 ** 35 - 1;

export class SpaceModel {
  readonly pages: Map<number, Page>;

  constructor(pages: Iterable<[number, Page]> = []) {
    this.pages = new Map(pages);
  }

  fork(): SpaceModel {
    return new SpaceModel(this.pages);
  }

  place(first: number, end: number, kind: number, rights: number): number {
    if (!isUserRange(first, end)) return SpaceError.BAD_RANGE;
    if (isWriteExecute(rights)) return SpaceError.BAD_RIGHTS;
    for (let page = first; page < end; page++) if (this.pages.has(page)) return SpaceError.OVERLAP;
    for (let page = first; page < end; page++) {
      this.pages.set(page, { ...FRESH, kind, rights, beginsRegion: page === first });
    }
    this.#noteBoundary(end);
    return SpaceError.NONE;
  }

  /** Pages of a file, which has `wordsOf(index)` in each. */
  placeFile(first: number, end: number, kind: number, rights: number, wordsOf: (index: number) => Contents): number {
    const error = this.place(first, end, kind, rights);
    if (error !== SpaceError.NONE) return error;
    for (let page = first; page < end; page++) {
      const contents = wordsOf(page - first);
      this.#change(page, { contents, supplied: contents });
    }
    return error;
  }

  remove(first: number, end: number): number {
    if (!isUserRange(first, end)) return SpaceError.BAD_RANGE;
    if (this.#isSealedWithin(first, end)) return SpaceError.SEALED;
    for (let page = first; page < end; page++) this.pages.delete(page);
    this.#noteBoundary(end);
    return SpaceError.NONE;
  }

  replace(first: number, end: number, kind: number, rights: number): number {
    if (!isUserRange(first, end)) return SpaceError.BAD_RANGE;
    if (isWriteExecute(rights)) return SpaceError.BAD_RIGHTS;
    const error = this.remove(first, end);
    if (error !== SpaceError.NONE) return error;
    return this.place(first, end, kind, rights);
  }

  protect(first: number, end: number, rights: number): number {
    if (!isUserRange(first, end)) return SpaceError.BAD_RANGE;
    if (isWriteExecute(rights)) return SpaceError.BAD_RIGHTS;
    for (let page = first; page < end; page++) {
      const found = this.pages.get(page);
      if (found === undefined) return SpaceError.NOT_MAPPED;
      if (found.isSealed) return SpaceError.SEALED;
      if (GUARDS.has(found.kind)) return SpaceError.BAD_RIGHTS;
    }
    for (let page = first; page < end; page++) this.#change(page, { rights });
    this.#noteBoundary(first);
    this.#noteBoundary(end);
    return SpaceError.NONE;
  }

  seal(first: number, end: number): number {
    if (!isUserRange(first, end)) return SpaceError.BAD_RANGE;
    for (let page = first; page < end; page++) if (!this.pages.has(page)) return SpaceError.NOT_MAPPED;
    for (let page = first; page < end; page++) this.#change(page, { isSealed: true });
    this.#noteBoundary(first);
    this.#noteBoundary(end);
    return SpaceError.NONE;
  }

  #isSealedWithin(first: number, end: number): boolean {
    for (let page = first; page < end; page++) if (this.pages.get(page)?.isSealed === true) return true;
    return false;
  }

  /** Moves the end of the lowest piece of heap, and the guard above it if it is there. */
  moveHeapEnd(end: number): number {
    const heap = this.heap()!;
    const old = heap.last + 1;
    const guard = this.pages.get(old);
    const hasGuard = this.regions().some(
      ({ kind, first, last }) => kind === RegionKind.GUARD && first === old && last === old,
    );
    if (this.#isSealedWithin(heap.first, old + (hasGuard ? 1 : 0))) return SpaceError.SEALED;
    for (let page = old + (hasGuard ? 1 : 0); page <= end; page++) if (this.pages.has(page)) return SpaceError.OVERLAP;
    if (hasGuard) this.pages.delete(old);
    for (let page = old; page < end; page++) {
      this.pages.set(page, { ...FRESH, kind: heap.kind, rights: heap.rights, beginsRegion: false });
    }
    for (let page = end; page < old; page++) this.pages.delete(page);
    if (hasGuard) this.pages.set(end, { ...guard!, beginsRegion: true });
    return SpaceError.NONE;
  }

  heap(): RegionSeen | undefined {
    return this.regions().find(({ kind }) => kind === RegionKind.HEAP);
  }

  write(page: number, word: 0 | 1 | 2, value: number): void {
    const words: [number, number, number] = [...this.pages.get(page)!.contents.words];
    words[word] = value;
    this.#change(page, { contents: { words } });
  }

  /** The page has a frame of its own from now on, with the same in it. */
  takeForWriting(page: number): void {
    this.#change(page, { contents: { words: this.pages.get(page)!.contents.words } });
  }

  allows(page: number, right: number): boolean {
    return ((this.pages.get(page)?.rights ?? 0) & right) !== 0;
  }

  regions(): RegionSeen[] {
    const regions: { -readonly [key in keyof RegionSeen]: RegionSeen[key] }[] = [];
    for (const page of [...this.pages.keys()].sort((a, b) => a - b)) {
      const { kind, rights, beginsRegion, isSealed } = this.pages.get(page)!;
      const before = regions.at(-1);
      const isAlike =
        before !== undefined &&
        before.last === page - 1 &&
        before.kind === kind &&
        before.rights === rights &&
        this.pages.get(page - 1)!.isSealed === isSealed;
      if (isAlike && (PLAIN.has(kind) || !beginsRegion)) before.last = page;
      else regions.push({ first: page, last: page, kind, rights });
    }
    return regions;
  }

  #change(page: number, change: Partial<Page>): void {
    this.pages.set(page, { ...this.pages.get(page)!, ...change });
  }

  /** A change began or ended here: what is not plain stays two regions. */
  #noteBoundary(page: number): void {
    if (this.pages.has(page)) this.#change(page, { beginsRegion: true });
  }
}

export function isWriteExecute(rights: number): boolean {
  return (rights & (Right.WRITE | Right.EXECUTE)) === (Right.WRITE | Right.EXECUTE);
}

function isUserRange(first: number, end: number): boolean {
  return first >= FIRST_PAGE && first < end && end <= END_PAGE;
}
