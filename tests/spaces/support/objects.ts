import assert from "node:assert/strict";
import { Access, addressOf, Answer, ENTRY, Right, SpaceError, SpaceMachine } from "./machine.ts";
import { BORDER } from "./both.ts";
import { rootOf } from "./check.ts";
import { Half, leafFor, walkHalf, type Leaf } from "./tables.ts";

/** Handles of memory in the kernel, and beside them a naive model: lists, looked through from end to end. */

export const OBJECTS_ENTRY = { ...ENTRY, entry: "tests/spaces/objects-entry.ts" } as const;

/** HandleRight, of kernel/objects/rights.ts. */
export const May = { RECEIVE: 1, SEND: 2, GRANT: 4, ALL: 7 } as const;

/** Where memory is mapped: around the border of two tables of every level. */
export const WINDOW = { first: BORDER - 6, pages: 12 } as const;

export interface Handle {
  readonly space: number;
  /** 0: closed. */
  number: number;
  readonly object: MemoryModel;
  readonly rights: number;
  parent: Handle | undefined;
}

export interface MemoryModel {
  readonly pages: number;
  /** The first word of each page. */
  readonly words: number[];
}

interface Mapping {
  readonly space: number;
  readonly page: number;
  readonly handle: Handle;
  readonly offset: number;
  rights: number;
}

type Kind = typeof Access.READ | typeof Access.WRITE;

/** What a mapping by it may be used for. */
function mostBy({ rights }: Handle): number {
  if ((rights & May.RECEIVE) === 0) return 0;
  return (rights & May.SEND) === 0 ? Right.READ : Right.READ | Right.WRITE;
}

export class Sharing {
  readonly machine: SpaceMachine;
  readonly spaces: number[] = [];
  handles: Handle[] = [];
  mappings: Mapping[] = [];
  /** By CPU. */
  readonly loaded = [0, 0];
  readonly #freeAtFirst: number;
  #cpu = 0;
  #written = 0;

  constructor(module: WebAssembly.Module) {
    this.machine = new SpaceMachine(module);
    this.#freeAtFirst = this.#free();
  }

  #call(name: string, ...args: (number | bigint)[]): number {
    return this.machine.call(name, ...args);
  }

  create(): void {
    const space = this.#call("makeSpace");
    assert.notEqual(space, 0);
    this.spaces.push(space);
  }

  onCpu(cpu: number): void {
    this.#call("onCpu", cpu);
    this.#cpu = cpu;
  }

  enter(space: number): void {
    this.#call("enterSpace", space);
    this.loaded[this.#cpu] = space;
  }

  make(space: number, pages: number): void {
    const number = this.#call("makeMemoryFor", space, addressOf(pages));
    assert.notEqual(number, 0);
    const object = { pages, words: new Array<number>(pages).fill(0) };
    this.handles.push({ space, number, object, rights: May.ALL, parent: undefined });
  }

  open(): Handle[] {
    return this.handles.filter(({ number }) => number !== 0);
  }

  pass(handle: Handle, to: number, rights: number): void {
    const number = this.#call("passHandle", handle.space, handle.number, to, rights);
    const isAllowed = (handle.rights & May.GRANT) !== 0 && (rights & ~handle.rights) === 0;
    assert.equal(number !== 0, isAllowed, "pass");
    if (isAllowed) this.handles.push({ space: to, number, object: handle.object, rights, parent: handle });
  }

  close(handle: Handle): void {
    this.#call("dropHandle", handle.space, handle.number);
    handle.number = 0;
    this.#forget();
  }

  /** Those that are closed and map nothing are no more: what hangs below them hangs above. */
  #forget(): void {
    const isGone = (handle: Handle) => handle.number === 0 && !this.mappings.some((some) => some.handle === handle);
    for (const gone of this.handles.filter(isGone))
      for (const child of this.handles.filter(({ parent }) => parent === gone)) child.parent = gone.parent;
    this.handles = this.handles.filter((handle) => !isGone(handle));
  }

  revoke(handle: Handle): void {
    assert.equal(this.#call("revokeHandle", handle.space, handle.number), SpaceError.NONE);
    const isBelow = (some: Handle | undefined): boolean =>
      some?.parent !== undefined && (some.parent === handle || isBelow(some.parent));
    const gone = this.handles.filter(isBelow);
    this.mappings = this.mappings.filter((mapping) => !gone.includes(mapping.handle));
    this.handles = this.handles.filter((some) => !gone.includes(some));
  }

  map(handle: Handle, at: number, offset: number, pages: number, rights: number): void {
    const { space, number, object } = handle;
    const range = [addressOf(at), addressOf(at + pages) - 1n] as const;
    const found = this.#call("mapMemory", space, ...range, number, addressOf(offset), rights);
    const isTaken = this.mappings.some(({ space: other, page }) => other === space && page >= at && page < at + pages);
    const isWithin = offset + pages <= object.pages;
    const expected = !isWithin
      ? SpaceError.BAD_RANGE
      : (rights & ~mostBy(handle)) !== 0
        ? SpaceError.BAD_RIGHTS
        : isTaken
          ? SpaceError.OVERLAP
          : SpaceError.NONE;
    assert.equal(found, expected, "map");
    for (let page = 0; expected === SpaceError.NONE && page < pages; page++)
      this.mappings.push({ space, page: at + page, handle, offset: offset + page, rights });
  }

  unmap(space: number, first: number, pages: number): void {
    assert.equal(this.machine.callRange("removeRange", space, first, first + pages), SpaceError.NONE);
    this.mappings = this.mappings.filter(
      (some) => some.space !== space || some.page < first || some.page >= first + pages,
    );
    this.#forget();
  }

  protect(space: number, first: number, pages: number, rights: number): void {
    const found = this.machine.callRange("protectRange", space, first, first + pages, rights);
    const within = this.mappings.filter(
      (some) => some.space === space && some.page >= first && some.page < first + pages,
    );
    if (found === SpaceError.NOT_MAPPED) return assert.ok(within.length < pages, "protect");
    const refused = within.some(({ handle }) => (rights & ~mostBy(handle)) !== 0);
    if (found === SpaceError.BAD_RIGHTS) return assert.ok(refused, "protect");
    assert.deepEqual([found, within.length, refused], [SpaceError.NONE, pages, false], "protect");
    for (const mapping of within) mapping.rights = rights;
  }

  fork(parent: number): void {
    const child = this.#call("forkOf", parent);
    assert.notEqual(child, 0);
    this.spaces.push(child);
    const heirs = new Map<Handle, Handle>();
    for (const handle of this.handles.filter(({ space, number }) => space === parent && number !== 0))
      heirs.set(handle, { ...handle, space: child, parent: handle });
    for (const mapping of this.mappings.filter(({ space }) => space === parent)) {
      const heir = heirs.get(mapping.handle) ?? { ...mapping.handle, space: child, parent: mapping.handle };
      heirs.set(mapping.handle, heir);
      this.mappings.push({ ...mapping, space: child, handle: heir });
    }
    this.handles.push(...heirs.values());
  }

  destroy(space: number): void {
    const cpu = this.#cpu;
    for (const other of this.loaded.keys()) {
      if (this.loaded[other] !== space) continue;
      this.onCpu(other);
      this.#call("leaveSpaces");
      this.loaded[other] = 0;
    }
    this.onCpu(cpu);
    this.#call("endSpace", space);
    this.spaces.splice(this.spaces.indexOf(space), 1);
    this.mappings = this.mappings.filter((mapping) => mapping.space !== space);
    for (const handle of this.handles) if (handle.space === space) handle.number = 0;
    this.#forget();
  }

  /** An access on this CPU, as a program makes it, and what must come of it. */
  access(page: number, kind: Kind): void {
    const space = this.loaded[this.#cpu]!;
    if (space === 0) return;
    const mapping = this.mappings.find((some) => some.space === space && some.page === page);
    const right = kind === Access.WRITE ? Right.WRITE : Right.READ;
    const isAllowed = mapping !== undefined && (mapping.rights & right) !== 0;
    const address = addressOf(page);
    let tried = this.machine.tryAccess(address, kind);
    for (let faults = 0; "error" in tried; faults++) {
      assert.ok(faults < 2, "an access faults for ever");
      const answer = this.#call("answerPageFault", space, BigInt(tried.error), address);
      assert.equal(answer, isAllowed ? Answer.ANSWERED : Answer.REFUSED, "a fault");
      if (!isAllowed) return;
      tried = this.machine.tryAccess(address, kind);
    }
    assert.ok(isAllowed, "an access that nothing allows");
    const word = this.machine.words(tried.at, 1);
    const { words } = mapping!.handle.object;
    assert.equal(word[0], words[mapping!.offset], "what is read");
    if (kind === Access.WRITE) word[0] = words[mapping!.offset] = ++this.#written;
  }

  /** Every page on both CPUs, whatever their TLBs hold; and the tables: a page of an object is one frame wherever it is mapped, and of nothing else. */
  check(): void {
    const cpu = this.#cpu;
    for (const other of this.loaded.keys()) {
      this.onCpu(other);
      if (this.loaded[other] === 0) continue;
      for (let page = 0; page < WINDOW.pages; page++) this.access(WINDOW.first + page, Access.READ);
    }
    this.onCpu(cpu);
    const frames = new Map<MemoryModel, Map<number, number>>();
    for (const space of this.spaces) {
      const { leaves } = walkHalf(this.machine, rootOf(this.machine, space), Half.LOWER);
      for (const leaf of leaves) this.#checkLeaf(space, leaf, frames);
      assert.equal(leafFor(leaves, WINDOW.first - 1), undefined);
    }
    for (const { space, number } of this.open()) assert.equal(this.#call("isHandle", space, number), 1);
    assert.equal(this.#call("validate"), 0);
    assert.equal(this.#call("validateHeap"), 0);
  }

  #checkLeaf(space: number, leaf: Leaf, frames: Map<MemoryModel, Map<number, number>>): void {
    const mapping = this.mappings.find((some) => some.space === space && some.page === leaf.page);
    assert.ok(mapping !== undefined && leaf.pages === 1, "a page that nothing maps");
    assert.ok(
      !leaf.executable && (!leaf.writable || (mapping.rights & Right.WRITE) !== 0),
      "rights that nothing gives",
    );
    const { object } = mapping.handle;
    const known = frames.get(object) ?? new Map<number, number>();
    frames.set(object, known);
    assert.equal(known.get(mapping.offset) ?? leaf.frame, leaf.frame, "two frames for one page of an object");
    known.set(mapping.offset, leaf.frame);
  }

  end(): void {
    for (const space of [...this.spaces]) this.destroy(space);
    assert.deepEqual([this.handles, this.mappings], [[], []]);
    assert.equal(this.#free(), this.#freeAtFirst, "frames that did not come back");
  }

  #free(): number {
    this.#call("dropPrepared");
    for (const cpu of this.loaded.keys()) {
      this.#call("onCpu", cpu);
      this.#call("drainHeap");
    }
    this.#call("onCpu", this.#cpu);
    return this.#call("freeFrames") + this.#call("keptHeapFrames");
  }
}
