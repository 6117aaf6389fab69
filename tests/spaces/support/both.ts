import assert from "node:assert/strict";
import { FrameOwner } from "../../../kernel/frames/owners.ts";
import { RegionKind } from "../../../kernel/spaces/kinds.ts";
import { check, FILE_PAGES, rootOf, WORDS_AT, type Subject } from "./check.ts";
import { Access, addressOf, Answer, Right, SpaceError, SpaceMachine } from "./machine.ts";
import { SpaceModel, type Contents } from "./model.ts";
import { Bit, entryFor, Half, walkHalf } from "./tables.ts";

/** Several spaces of the kernel, and beside each its model. Every operation is done to both, and its result compared. */

const MIB_PAGES = 256;
/** A heap's guard, at the first address of the heap's slot (address/layout.ts). */
export const HEAP_GUARD = 2 * 2 ** 32;
export const HEAP_PAGES = 3;
export const LAST_USER_PAGE = 2 ** 35 - 1;
/** Where the border of two tables of level 3 is, in the slot for mappings, and so of all levels below. */
export const BORDER = 3 * 2 ** 32 + 2 ** 27;

/** Stretches that regions are placed in, from their first page on: at borders of tables, and at both ends of what users may have. */
export const WINDOWS = [
  { first: BORDER - 3 * MIB_PAGES, pages: 6 * MIB_PAGES },
  { first: 12, pages: 12 },
  { first: LAST_USER_PAGE - 8, pages: 9 },
  { first: HEAP_GUARD, pages: 5 * MIB_PAGES },
] as const;

/** Few pages, so that what is done meets what was done. */
export const BUSY = [
  { first: BORDER - 4, pages: 8 },
  { first: HEAP_GUARD, pages: 8 },
] as const;

const READ_WRITE = Right.READ | Right.WRITE;
const rightOf = { [Access.READ]: Right.READ, [Access.WRITE]: Right.WRITE, [Access.FETCH]: Right.EXECUTE } as const;
/** The word of the file's page `page` that the model knows as its `index`-th. */
function fileWord(page: number, index: number): number {
  return 0x4649_0000 + page * 3 + index;
}

export type Replacement = "replaceRange" | "replacePopulated";
export type AccessKind = keyof typeof rightOf;

export class Both implements Subject {
  readonly machine: SpaceMachine;
  readonly spaces = new Map<number, SpaceModel>();
  readonly dirtied = new Set<string>();
  readonly places = WINDOWS.flatMap(({ first, pages }) => [
    first,
    first + (pages >> 1) - 1,
    first + (pages >> 1),
    first + pages - 1,
  ]);
  readonly kernelTables: number;
  readonly file: number;
  readonly #freeAtFirst: number;
  /** By CPU. */
  readonly loaded = [0, 0, 0];
  readonly idle = [0, 0, 0];
  cpu = 0;
  #written = 0;

  constructor(module: WebAssembly.Module, hidden = 0) {
    this.machine = new SpaceMachine(module, hidden);
    this.kernelTables = this.machine.call("ownedFrames", FrameOwner.PAGE_TABLE);
    this.file = this.#makeFile();
    this.#freeAtFirst = this.#free();
  }

  check(): void {
    check(this);
  }

  /** A space with a heap in it. */
  create(): number {
    const space = this.machine.call("makeSpace");
    assert.notEqual(space, 0);
    const model = new SpaceModel();
    this.spaces.set(space, model);
    assert.equal(this.machine.call("addHeap", space, addressOf(HEAP_GUARD), addressOf(HEAP_PAGES)), SpaceError.NONE);
    model.place(HEAP_GUARD, HEAP_GUARD + 1, RegionKind.GUARD, 0);
    model.place(HEAP_GUARD + 1, HEAP_GUARD + 1 + HEAP_PAGES, RegionKind.HEAP, READ_WRITE);
    model.place(HEAP_GUARD + 1 + HEAP_PAGES, HEAP_GUARD + 2 + HEAP_PAGES, RegionKind.GUARD, 0);
    return space;
  }

  fork(parent: number): number {
    const child = this.machine.call("forkOf", parent);
    assert.notEqual(child, 0);
    this.spaces.set(child, this.model(parent).fork());
    return child;
  }

  destroy(space: number): void {
    const { cpu } = this;
    for (const other of this.loaded.keys()) {
      this.onCpu(other);
      if (this.loadedHere === space) this.leave();
    }
    this.onCpu(cpu);
    const [held, before] = [this.machine.call("heldAlone", space), this.#ownedFrames()];
    this.machine.call("endSpace", space);
    for (const other of this.idle.keys()) if (this.idle[other] === space) this.idle[other] = 0;
    assert.equal(before - this.#ownedFrames(), held, "frames that came back, and those that it held alone");
    this.spaces.delete(space);
  }

  #ownedFrames(): number {
    const owned = (owner: number) => this.machine.call("ownedFrames", owner);
    return owned(FrameOwner.USER) + owned(FrameOwner.PAGE_TABLE);
  }

  /** From now on `cpu` does what is done. */
  onCpu(cpu: number): void {
    this.machine.call("onCpu", cpu);
    this.cpu = cpu;
  }

  /** Does `action` while another CPU runs in `space`, and accesses pages from `first` to before `end` at any moment (`racing/`). */
  race(space: number, first: number, end: number, seed: bigint, action: () => void): void {
    const { cpu, machine } = this;
    const other = (cpu + 1) % this.loaded.length;
    this.onCpu(other);
    this.enter(space);
    this.onCpu(cpu);
    machine.call("raceFor", other, addressOf(first), BigInt(end - first), seed);
    action();
    machine.call("stopRace");
    assert.equal(machine.kernel.wide("strayedTo"), 0n, "an address led to a frame that nobody holds");
    this.#noteRaced(space);
  }

  /** What that CPU has written to must be dirty, as long as it is mapped. */
  #noteRaced(space: number): void {
    const words = this.machine.words(this.machine.call("writtenAt"), this.machine.call("writtenCountOf") * 4);
    for (let at = 0; at < words.length; at += 4) {
      const page = words[at + 1]! * 2 ** 20 + (words[at]! >>> 12);
      this.dirtied.add(`${space} ${page} ${words[at + 2]!}`);
    }
  }

  get loadedHere(): number {
    return this.loaded[this.cpu]!;
  }

  enter(space: number): void {
    this.machine.call("enterSpace", space);
    this.loaded[this.cpu] = space;
    this.idle[this.cpu] = 0;
  }

  /** The CPU has nothing to run. */
  sleep(): void {
    this.machine.call("idleInSpace");
    if (this.loadedHere !== 0) this.idle[this.cpu] = this.loadedHere;
    this.loaded[this.cpu] = 0;
  }

  leave(): void {
    this.machine.call("leaveSpaces");
    this.loaded[this.cpu] = 0;
    this.idle[this.cpu] = 0;
  }

  place(space: number, first: number, end: number, kind: number, rights: number): void {
    const expected = this.model(space).place(first, end, kind, rights);
    assert.equal(this.machine.callRange("placeRegion", space, first, end, kind, rights), expected, "place");
  }

  #makeFile(): number {
    const file = this.machine.call("makeFile");
    for (let page = 0; page < FILE_PAGES; page++) {
      const words = this.machine.frameWords(file + page);
      WORDS_AT.forEach((at, index) => (words[at] = fileWord(page, index)));
    }
    return file;
  }

  /** The file's pages from `page` on. */
  placeFile(space: number, first: number, end: number, kind: number, rights: number, page: number): void {
    const wordsOf = (index: number): Contents => {
      const word = (at: number) => fileWord(page + index, at);
      return { words: [word(0), word(1), word(2)] };
    };
    const expected = this.model(space).placeFile(first, end, kind, rights, wordsOf);
    const { file } = this;
    assert.equal(this.machine.callRange("placeFile", space, first, end, kind, rights, file, page), expected, "file");
  }

  /** In place of whatever is there, with or without all pages. */
  replace(way: Replacement, space: number, first: number, end: number, kind: number, rights: number): void {
    const expected = this.model(space).replace(first, end, kind, rights);
    assert.equal(this.machine.callRange(way, space, first, end, kind, rights), expected, way);
  }

  /** With all pages, where nothing is. */
  placePopulated(space: number, first: number, end: number, kind: number, rights: number): void {
    const expected = this.model(space).place(first, end, kind, rights);
    assert.equal(
      this.machine.callRange("placePopulated", space, first, end, kind, rights),
      expected,
      "place populated",
    );
  }

  remove(space: number, first: number, end: number): void {
    const expected = this.model(space).remove(first, end);
    assert.equal(this.machine.callRange("removeRange", space, first, end), expected, "remove");
  }

  protect(space: number, first: number, end: number, rights: number): void {
    const expected = this.model(space).protect(first, end, rights);
    assert.equal(this.machine.callRange("protectRange", space, first, end, rights), expected, "protect");
  }

  /** Returns how many tables went; what can be read stays as it is. */
  reclaim(space: number, wanted: number): number {
    return this.machine.call("reclaimTables", space, wanted);
  }

  seal(space: number, first: number, end: number): void {
    const expected = this.model(space).seal(first, end);
    assert.equal(this.machine.callRange("sealRange", space, first, end), expected, "seal");
  }

  /** As far as the region reaches in which `first` is, if it has rights. */
  populate(space: number, first: number, end: number): void {
    const region = this.model(space)
      .regions()
      .find((some) => some.first <= first && first <= some.last);
    // A file's pages are there, or come by a fault: nobody populates them.
    if (region === undefined || region.rights === 0 || region.kind === RegionKind.RODATA) return;
    const until = Math.min(end, region.last + 1);
    assert.equal(this.machine.callRange("populate", space, first, until, region.rights), 1, "populate");
  }

  moveHeapEnd(space: number, end: number): void {
    const heap = this.model(space).heap();
    if (heap === undefined || end <= heap.first || end === heap.last + 1) return;
    const expected = this.model(space).moveHeapEnd(end);
    assert.equal(this.machine.call("moveHeapEnd", space, addressOf(end)), expected, "heap");
  }

  /** Makes an access as a program does: again after a fault that was answered. At most twice: for a page, and for an old translation. */
  access(page: number, kind: AccessKind, word: 0 | 1 | 2): void {
    const model = this.model(this.loadedHere);
    const address = addressOf(page) + BigInt(4 * WORDS_AT[word]);
    const isAllowed = model.allows(page, rightOf[kind]);
    for (let faults = 0; ; faults++) {
      const tried = this.machine.tryAccess(address, kind);
      if ("at" in tried) return this.#accessed(page, kind, word, tried.at, isAllowed);
      assert.ok(faults < 2, `an access to page ${page.toString(16)} faults for ever`);
      const answer = this.machine.call("answerPageFault", this.loadedHere, BigInt(tried.error), address);
      assert.equal(answer, isAllowed ? Answer.ANSWERED : Answer.REFUSED);
      if (!isAllowed) return;
    }
  }

  #accessed(page: number, kind: AccessKind, word: 0 | 1 | 2, at: number, isAllowed: boolean): void {
    const model = this.model(this.loadedHere);
    assert.ok(isAllowed, `an access that page ${page.toString(16)} does not allow`);
    const found = this.machine.words(at, 1);
    assert.equal(found[0], model.pages.get(page)!.contents.words[word], "what is read");
    if (kind !== Access.WRITE) return;
    found[0] = ++this.#written;
    model.write(page, word, this.#written);
    const leaf = entryFor(this.machine, rootOf(this.machine, this.loadedHere), page, 2);
    this.dirtied.add(`${this.loadedHere} ${page} ${leaf!.isLeaf ? leaf!.frame + (page % 512) : this.#frameOf(page)}`);
  }

  #frameOf(page: number): number {
    return entryFor(this.machine, rootOf(this.machine, this.loadedHere), page, 1)!.frame;
  }

  /** A fault that the test makes up. Where the space is loaded and it is answered, the access must work at once. */
  fault(space: number, page: number, error: number): void {
    const model = this.model(space);
    const right = (error & 16) !== 0 ? Right.EXECUTE : (error & 2) !== 0 ? Right.WRITE : Right.READ;
    const isAllowed = model.allows(page, right);
    const answer = this.machine.call("answerPageFault", space, BigInt(error), addressOf(page) + 8n);
    assert.equal(answer, isAllowed ? Answer.ANSWERED : Answer.REFUSED);
    if (!isAllowed) return;
    if (right === Right.WRITE) model.takeForWriting(page);
    if (space !== this.loadedHere) return;
    const kind = right === Right.EXECUTE ? Access.FETCH : right === Right.WRITE ? Access.WRITE : Access.READ;
    const tried = this.machine.tryAccess(addressOf(page) + 8n, kind);
    assert.ok("at" in tried, "an access faults again that was just answered");
  }

  /** A word in or out as a system call moves it, of the space that is loaded. */
  copyIn(page: number): void {
    const isDone = this.machine.call("copyWordIn", addressOf(page), this.loadedHere);
    assert.equal(isDone, this.model(this.loadedHere).allows(page, Right.READ) ? 1 : 0, "copy in");
    if (isDone === 0) return;
    assert.equal(this.machine.call("copiedWord"), this.model(this.loadedHere).pages.get(page)!.contents.words[0]);
  }

  copyOut(page: number): void {
    const value = ++this.#written;
    const isDone = this.machine.call("copyWordOut", addressOf(page), value, this.loadedHere);
    assert.equal(isDone, this.model(this.loadedHere).allows(page, Right.WRITE) ? 1 : 0, "copy out");
    if (isDone !== 0) this.model(this.loadedHere).write(page, 0, value);
  }

  /** Destroys everything: all is back. */
  end(): void {
    for (const space of [...this.spaces.keys()]) this.destroy(space);
    this.check();
    assert.equal(this.#free(), this.#freeAtFirst, "frames that did not come back");
    this.#checkUpperHalf();
  }

  /** Frames that are free, and those that the heap keeps for objects to come. */
  #free(): number {
    this.machine.call("dropPrepared");
    for (const cpu of this.loaded.keys()) {
      this.machine.call("onCpu", cpu);
      this.machine.call("drainHeap");
    }
    this.machine.call("onCpu", this.cpu);
    return this.machine.call("freeFrames") + this.machine.call("keptHeapFrames");
  }

  /** No user page above the lower half, nothing there is both writable and executable, and all is global. */
  #checkUpperHalf(): void {
    const root = Number(this.machine.kernel.wide("kernelRoot") / 4096n);
    for (const leaf of walkHalf(this.machine, root, Half.UPPER).leaves) {
      const isSound = !leaf.user && !(leaf.writable && leaf.executable) && (leaf.low & Bit.GLOBAL) !== 0;
      assert.ok(isSound, `kernel page ${leaf.page.toString(16)}`);
    }
  }

  model(space: number): SpaceModel {
    return this.spaces.get(space)!;
  }
}
