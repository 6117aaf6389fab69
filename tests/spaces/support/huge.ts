import assert from "node:assert/strict";
import { FrameError } from "../../../kernel/frames/errors.ts";
import { RegionKind } from "../../../kernel/spaces/kinds.ts";
import { BORDER } from "./both.ts";
import { checkTlb, hex, rootOf } from "./check.ts";
import { Access, addressOf, Answer, Right, SpaceError, SpaceMachine, type RegionSeen } from "./machine.ts";
import { Bit, Half, leafFor, walkHalf, type Leaf, type Walk } from "./tables.ts";

/**
 * Spaces with pages of 1 GiB, and beside each a model that is as naive as the other (`model.ts`) and fit for their size: what each page of a
 * stretch of 3 GiB may be used for is a byte, what is in it a number, if it is not 0.
 */

export const HUGE = 2 ** 18;
export const FIRST = BORDER - HUGE;
export const PAGES = 3 * HUGE;
/** Two gigabytes of it are whole pages of 1 GiB, if nothing else is in them. Devices' registers are above. */
const RAM_BYTES = 7n << 29n;
export const READ_WRITE = Right.READ | Right.WRITE;
/** Frames that populating leaves, so that nothing else fails. */
const KEPT_FREE = 60_000;
/** In the byte of a page: there is a region. */
const MAPPED = 8;
const WORD = 129;

interface Model {
  readonly pages: Uint8Array;
  readonly contents: Map<number, number>;
}

export class HugeBoth {
  readonly machine: SpaceMachine;
  readonly spaces = new Map<number, Model>();
  readonly #freeAtFirst: number;
  loaded = 0;
  #written = 0;

  constructor(module: WebAssembly.Module, hidden = 0) {
    this.machine = new SpaceMachine(module, hidden, RAM_BYTES);
    this.#freeAtFirst = this.#free();
  }

  create(): number {
    const space = this.machine.call("makeSpace");
    assert.notEqual(space, 0);
    this.spaces.set(space, { pages: new Uint8Array(PAGES), contents: new Map() });
    return space;
  }

  fork(parent: number): number {
    const child = this.machine.call("forkOf", parent);
    assert.notEqual(child, 0);
    const { pages, contents } = this.#model(parent);
    this.spaces.set(child, { pages: pages.slice(), contents: new Map(contents) });
    return child;
  }

  destroy(space: number): void {
    if (this.loaded === space) this.leave();
    this.machine.call("endSpace", space);
    this.spaces.delete(space);
  }

  enter(space: number): void {
    this.machine.call("enterSpace", space);
    this.loaded = space;
  }

  leave(): void {
    this.machine.call("leaveSpaces");
    this.loaded = 0;
  }

  /** Pages are counted from FIRST on. */
  place(space: number, first: number, end: number, rights: number): void {
    const { pages } = this.#model(space);
    const isTaken = pages.subarray(first, end).some((page) => page !== 0);
    const error = this.#range("placeRegion", space, first, end, RegionKind.ANONYMOUS, rights);
    assert.equal(error, isTaken ? SpaceError.OVERLAP : SpaceError.NONE, "place");
    if (!isTaken) pages.fill(MAPPED | rights, first, end);
  }

  remove(space: number, first: number, end: number): void {
    assert.equal(this.#range("removeRange", space, first, end), SpaceError.NONE, "remove");
    const { pages, contents } = this.#model(space);
    pages.fill(0, first, end);
    for (const page of contents.keys()) if (page >= first && page < end) contents.delete(page);
  }

  protect(space: number, first: number, end: number, rights: number): void {
    const { pages } = this.#model(space);
    const isWhole = !pages.subarray(first, end).some((page) => page === 0);
    const error = this.#range("protectRange", space, first, end, rights);
    assert.equal(error, isWhole ? SpaceError.NONE : SpaceError.NOT_MAPPED, "protect");
    if (isWhole) pages.fill(MAPPED | rights, first, end);
  }

  /** All pages from `first` to `end`, if they are one region's and there is room, are there from now on. */
  populate(space: number, first: number, end: number): boolean {
    const { pages } = this.#model(space);
    const rights = pages[first]! & ~MAPPED;
    if (this.machine.call("freeFrames") < end - first + KEPT_FREE) return false;
    if (rights === 0 || pages.subarray(first, end).some((page) => page !== (MAPPED | rights))) return false;
    return this.#range("populate", space, first, end, rights) === 1;
  }

  /** As a program accesses it: again after each fault that was answered. False: the space may not, and was told so. */
  access(page: number, kind: 4 | 5): boolean {
    const { pages, contents } = this.#model(this.loaded);
    const isAllowed = (pages[page]! & (kind === Access.WRITE ? Right.WRITE : Right.READ)) !== 0;
    const address = addressOf(FIRST + page) + BigInt(WORD * 4);
    for (let faults = 0; faults < 3; faults++) {
      const tried = this.machine.tryAccess(address, kind);
      if ("at" in tried) {
        assert.ok(isAllowed, `an access that page ${hex(page)} does not allow`);
        const word = this.machine.words(tried.at, 1);
        assert.equal(word[0], contents.get(page) ?? 0, "what is read");
        if (kind === Access.WRITE) contents.set(page, (word[0] = ++this.#written));
        return true;
      }
      const answer = this.machine.call("answerPageFault", this.loaded, BigInt(tried.error), address);
      assert.equal(answer, isAllowed ? Answer.ANSWERED : Answer.REFUSED);
      if (!isAllowed) return false;
    }
    assert.fail(`an access to page ${hex(page)} faults for ever`);
  }

  walk(space: number): Walk {
    return walkHalf(this.machine, rootOf(this.machine, space), Half.LOWER);
  }

  /** Sizes of its pages, and how many there are of each in a row: "1G 3×2M". */
  shape(space: number): string {
    const names: Readonly<Record<number, string>> = { 1: "4K", 512: "2M", [HUGE]: "1G" };
    const runs: { name: string; count: number }[] = [];
    for (const { pages } of this.walk(space).leaves) {
      const last = runs.at(-1);
      if (last?.name === names[pages]) last!.count += 1;
      else runs.push({ name: names[pages]!, count: 1 });
    }
    return runs.map(({ name, count }) => (count === 1 ? name : `${count}×${name}`)).join(" ");
  }

  check(): void {
    const walks = new Map([...this.spaces.keys()].map((space) => [space, this.walk(space)]));
    for (const [space, walk] of walks) this.#checkSpace(space, walk);
    this.#checkHolders([...walks.values()]);
    checkTlb(this, walks.get(this.loaded));
  }

  end(): void {
    for (const space of [...this.spaces.keys()]) this.destroy(space);
    assert.equal(this.#free(), this.#freeAtFirst, "frames that did not come back");
    assert.equal(this.machine.call("validate"), FrameError.NONE);
  }

  #model(space: number): Model {
    return this.spaces.get(space)!;
  }

  #range(name: string, space: number, first: number, end: number, ...more: number[]): number {
    return this.machine.callRange(name, space, FIRST + first, FIRST + end, ...more);
  }

  #checkSpace(space: number, walk: Walk): void {
    const { pages, contents } = this.#model(space);
    assert.deepEqual(this.machine.regions(space), regionsOf(pages));
    for (const leaf of walk.leaves) checkLeaf(leaf, pages);
    for (const [page, value] of contents) {
      const leaf = leafFor(walk.leaves, FIRST + page);
      assert.ok(leaf, `page ${hex(page)} has lost what was written to it`);
      const found = this.machine.frameWords(leaf.frame + (FIRST + page - leaf.page))[WORD];
      assert.equal(found, value, `what is in page ${hex(page)}`);
    }
  }

  /** Of larger pages the first frame, the last, and one between: as many holders as there are mappings. */
  #checkHolders(walks: readonly Walk[]): void {
    for (const walk of walks) {
      const large = walk.leaves.filter(({ pages }) => pages > 1);
      for (const leaf of large.filter((_, index) => index % 37 === 0)) {
        for (const offset of [0, leaf.pages >> 1, leaf.pages - 1]) {
          const found = this.machine.call("frameHolders", leaf.frame + offset);
          assert.equal(found, holders(walks, leaf.page + offset, leaf.frame + offset), `holders of ${hex(leaf.page)}`);
        }
      }
    }
  }

  #free(): number {
    this.machine.call("dropPrepared");
    this.machine.call("drainHeap");
    return this.machine.call("freeFrames") + this.machine.call("keptHeapFrames");
  }
}

function checkLeaf(leaf: Leaf, pages: Uint8Array): void {
  const what = `page ${hex(leaf.page)}, ${leaf.pages} × 4 KiB`;
  const at = leaf.page - FIRST;
  const of = pages.subarray(at, at + leaf.pages);
  const right = of[0]!;
  assert.ok(of.length === leaf.pages && right !== 0 && of.every((page) => page === right), `${what}: regions`);
  const isAlone = (leaf.low & Bit.OWNED) !== 0 && !leaf.isTableShared;
  const expected = [(right & ~MAPPED) !== 0, (right & Right.WRITE) !== 0 && isAlone, (right & Right.EXECUTE) !== 0];
  assert.deepEqual([leaf.user, leaf.writable, leaf.executable], expected, `${what}: user, write, execute`);
  assert.equal(leaf.memoryType, 0, `${what}: write-back`);
}

/** Regions, from the bytes: neighbours that are alike are one. */
function regionsOf(pages: Uint8Array): RegionSeen[] {
  const regions: RegionSeen[] = [];
  for (let first = 0; first < PAGES;) {
    const value = pages[first]!;
    let end = first + 1;
    while (end < PAGES && pages[end] === value) end++;
    const rights = value & ~MAPPED;
    if (value !== 0) regions.push({ first: FIRST + first, last: FIRST + end - 1, kind: RegionKind.ANONYMOUS, rights });
    first = end;
  }
  return regions;
}

/** Entries that lead to `frame`, those of a table that several spaces have counted once. */
function holders(walks: readonly Walk[], page: number, frame: number): number {
  const entries = new Set<string>();
  walks.forEach((walk, space) => {
    const leaf = leafFor(walk.leaves, page);
    if (leaf === undefined || leaf.frame + (page - leaf.page) !== frame) return;
    const table = walk.tables.find(({ level, first, last }) => level === 1 && first <= page && page <= last);
    entries.add(leaf.pages === 1 ? `table ${table!.frame}` : `space ${space}`);
  });
  return entries.size;
}
