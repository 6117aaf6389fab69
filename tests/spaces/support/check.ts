import assert from "node:assert/strict";
import { FrameError } from "../../../kernel/frames/errors.ts";
import { FrameOwner } from "../../../kernel/frames/owners.ts";
import { QuotaKind } from "../../../kernel/quotas/layout.ts";
import { Right, pageOf, type SpaceMachine } from "./machine.ts";
import type { Contents, Page, SpaceModel } from "./model.ts";
import { Bit, entryFor, Half, leafFor, walkHalf, type Leaf, type Walk } from "./tables.ts";

/** What must be true of spaces at any time. Each check looks at the tables in RAM, never at what the kernel says of them. */

/** Places in a page, in words of 32 bits, that the model knows of. */
export const WORDS_AT = [0, 517, 1023] as const;
const FRAMES = 2 ** 15;
/** Of the file that the test maps. */
export const FILE_PAGES = 512;

export interface Subject {
  readonly machine: SpaceMachine;
  /** By the kernel's own number of the space. */
  readonly spaces: ReadonlyMap<number, SpaceModel>;
  /** By CPU: the space that it has loaded, or 0. */
  readonly loaded: readonly number[];
  /** By CPU: the space that it sleeps in, and has loaded still, or 0. */
  readonly idle: readonly number[];
  /** The first frame of the file that can be mapped. */
  readonly file: number;
  /** The CPU that does what the test calls. */
  readonly cpu: number;
  /** Frames of tables that no space has. */
  readonly kernelTables: number;
  /** Mappings that a processor has written through: "space page frame". D must not be lost. */
  readonly dirtied: Set<string>;
  /** One page of each stretch that the test uses: structure caches are looked up there. */
  readonly places: readonly number[];
}

export function check(subject: Subject): void {
  const walks = new Map([...subject.spaces.keys()].map((space) => [space, walkOf(subject, space)]));
  for (const [space, walk] of walks) checkSpace(subject, space, walk);
  checkCounts(subject, [...walks.values()]);
  checkSharing(subject, walks);
  checkDirty(subject, walks);
  checkCaches(subject, walks);
  const { machine } = subject;
  assert.equal(machine.call("validate"), FrameError.NONE, "the frames are not sound");
  assert.equal(machine.call("validateHeap"), 0, "the heap is not sound");
}

/** Of each CPU. */
function checkCaches(subject: Subject, walks: ReadonlyMap<number, Walk>): void {
  subject.loaded.forEach((space, cpu) => {
    subject.machine.call("onCpu", cpu);
    // One that sleeps uses no translation, but it may follow entries to tables.
    const isIdle = subject.idle[cpu] !== 0;
    if (!isIdle) checkTlb(subject, walks.get(space));
    checkStructures(subject, isIdle ? "tables" : "tables and rights");
  });
  subject.machine.call("onCpu", subject.cpu);
}

function walkOf({ machine }: Subject, space: number): Walk {
  return walkHalf(machine, rootOf(machine, space), Half.LOWER);
}

export function rootOf(machine: SpaceMachine, space: number): number {
  return pageOf(machine.kernel.wide("rootOf", space));
}

function checkSpace(subject: Subject, space: number, walk: Walk): void {
  const { machine } = subject;
  const model = subject.spaces.get(space)!;
  assert.deepEqual(machine.regions(space), model.regions());
  assert.equal(machine.call("regionCountOf", space), model.regions().length);
  const mapped = new Set<number>();
  for (const leaf of walk.leaves) checkLeaf(subject, model, leaf, mapped);
  for (const [number, { contents, supplied }] of model.pages) {
    const isKept = mapped.has(number) || contents.words.every((word, index) => word === supplied.words[index]);
    assert.ok(isKept, `page ${hex(number)} has lost what was written to it`);
  }
  checkTables(model, walk);
  checkUpperHalf(machine, space);
}

function checkLeaf(subject: Subject, model: SpaceModel, leaf: Leaf, mapped: Set<number>): void {
  const { machine } = subject;
  checkEntry(subject, leaf);
  for (let i = 0; i < leaf.pages; i++) {
    const page = model.pages.get(leaf.page + i);
    assert.ok(page, `page ${hex(leaf.page + i)} is mapped and in no region`);
    checkRights(leaf, page);
    checkWords(machine, leaf.page + i, leaf.frame + i, page.contents);
    mapped.add(leaf.page + i);
  }
}

function checkEntry({ machine, file }: Subject, { page, frame, pages, low, high }: Leaf): void {
  const what = `entry of page ${hex(page)}`;
  const size = pages === 512 ? Bit.LARGE : 0;
  const odd = Bit.WRITE_THROUGH | Bit.CACHE_DISABLE | Bit.GLOBAL | 0x800 | Bit.LARGE;
  assert.equal(low & odd, size, `${what}: caching, global or unknown bits ${low.toString(16)}`);
  assert.equal(high & 0x7ff, 0, `${what}: bits 62:52`);
  assert.ok(pages <= 512, `${what}: user pages are of 4 KiB or 2 MiB`);
  assert.ok(frame + pages <= FRAMES, `${what} names frame ${hex(frame)}, which is no RAM`);
  if ((low & Bit.FOREIGN) === 0) return;
  const isOfFile = frame >= file && frame < file + FILE_PAGES;
  assert.ok(isOfFile || frame === machine.call("zeroPage"), `${what} is the page of zeros, or a file's`);
  assert.equal(low & (Bit.WRITE | Bit.OWNED), 0, `${what}: what is nobody's is read-only`);
}

/** Reading and executing as the region says; writing as it says too, once the frame is the mapping's alone. */
function checkRights(leaf: Leaf, { rights }: Page): void {
  const what = `rights of page ${hex(leaf.page)}`;
  const isAlone = (leaf.low & Bit.OWNED) !== 0 && !leaf.isTableShared;
  const mayWrite = (rights & Right.WRITE) !== 0 && isAlone;
  const expected = [rights !== 0, mayWrite, (rights & Right.EXECUTE) !== 0];
  assert.deepEqual([leaf.user, leaf.writable, leaf.executable], expected, `${what}: user, write, execute`);
  assert.ok(!(leaf.writable && leaf.executable), `${what}: W and X`);
}

function checkWords(machine: SpaceMachine, page: number, frame: number, { words }: Contents): void {
  const found = machine.frameWords(frame);
  WORDS_AT.forEach((at, index) => {
    assert.equal(found[at], words[index], `word ${at} of page ${hex(page)}`);
  });
}

/** All spaces of these tests are of tasks without limits, which are counted all the same. */
function checkQuota({ machine, spaces }: Subject, frames: number, tables: number): void {
  const regions = [...spaces.values()].reduce((sum, model) => sum + model.regions().length, 0);
  const counted = [QuotaKind.FRAMES, QuotaKind.TABLES, QuotaKind.REGIONS].map((kind) => machine.call("counted", kind));
  assert.deepEqual(counted, [frames, tables, regions], "frames, tables and regions, as quotas count them");
}

/** A table exists only while a region reaches into what it covers. */
function checkTables(model: SpaceModel, { tables }: Walk): void {
  const regions = model.regions();
  for (const { first, last, level } of tables) {
    const isNeeded = regions.some((region) => region.first <= last && region.last >= first);
    assert.ok(isNeeded, `a table of level ${level} for ${hex(first)} serves no region`);
  }
}

function checkUpperHalf(machine: SpaceMachine, space: number): void {
  const kernel = machine.frameWords(pageOf(machine.kernel.wide("kernelRoot"))).slice(512);
  const own = machine.frameWords(rootOf(machine, space)).slice(512);
  const isSame = kernel.every((word, index) => ((word ^ own[index]!) & ~(index % 2 === 0 ? Bit.ACCESSED : 0)) === 0);
  assert.ok(isSame, "the upper half is the kernel's");
}

/** Every frame has as many holders as entries name it, those of a table that several spaces have counted once. */
function checkCounts(subject: Subject, walks: readonly Walk[]): void {
  const { machine } = subject;
  const tables = new Map<number, number>();
  const frames = new Map<number, number>();
  const counted = new Set<string>();
  for (const walk of walks) {
    for (const { frame } of walk.tables) tables.set(frame, (tables.get(frame) ?? 0) + 1);
    for (const leaf of walk.leaves) countLeaf(leaf, walk, frames, counted);
  }
  for (const [frame, holders] of [...tables, ...frames]) {
    assert.equal(machine.call("frameHolders", frame), holders, `holders of frame ${hex(frame)}`);
  }
  assert.equal(machine.call("ownedFrames", FrameOwner.USER), frames.size, "frames that users have");
  const own = machine.call("ownedFrames", FrameOwner.PAGE_TABLE) - subject.kernelTables;
  checkQuota(subject, frames.size, own);
  assert.equal(own, tables.size + walks.length, "tables, roots included");
}

function countLeaf(leaf: Leaf, walk: Walk, frames: Map<number, number>, counted: Set<string>): void {
  if ((leaf.low & Bit.FOREIGN) !== 0) return;
  if (leaf.pages === 1) {
    const key = `${tableOf(walk, leaf.page)} ${leaf.page % 512}`;
    if (counted.has(key)) return;
    counted.add(key);
  }
  for (let i = 0; i < leaf.pages; i++) frames.set(leaf.frame + i, (frames.get(leaf.frame + i) ?? 0) + 1);
}

const tablesOf = new WeakMap<Walk, Map<number, number>>();

/** The page table, by its frame, that maps `page`. */
function tableOf(walk: Walk, page: number): number {
  let tables = tablesOf.get(walk);
  if (tables === undefined) {
    tables = new Map(walk.tables.filter(({ level }) => level === 1).map(({ first, frame }) => [first, frame]));
    tablesOf.set(walk, tables);
  }
  return tables.get(page - (page % 512))!;
}

/** One frame at two places: at the same address, with the same contents, and writable at neither. */
function checkSharing({ spaces }: Subject, walks: ReadonlyMap<number, Walk>): void {
  const seen = new Map<number, { page: number; contents: Contents; leaf: Leaf }>();
  for (const [space, { leaves }] of walks) {
    const { pages } = spaces.get(space)!;
    for (const leaf of leaves) {
      if ((leaf.low & Bit.FOREIGN) !== 0) continue;
      for (let i = 0; i < leaf.pages; i++) {
        const here = { page: leaf.page + i, contents: pages.get(leaf.page + i)!.contents, leaf };
        const other = seen.get(leaf.frame + i);
        if (other === undefined) seen.set(leaf.frame + i, here);
        else checkTogether(here, other);
      }
    }
  }
}

type Place = { readonly page: number; readonly contents: Contents; readonly leaf: Leaf };

function checkTogether(one: Place, other: Place): void {
  assert.equal(one.page, other.page, `page ${hex(one.page)} has the frame of ${hex(other.page)}`);
  assert.equal(
    one.contents,
    other.contents,
    `page ${hex(one.page)} of two spaces is one frame, and no fork made it so`,
  );
  assert.ok(!one.leaf.writable && !other.leaf.writable, `page ${hex(one.page)} is shared and writable`);
}

/** What was written has D set, as long as the same frame is mapped there. */
function checkDirty({ dirtied }: Subject, walks: ReadonlyMap<number, Walk>): void {
  const still = new Set<string>();
  for (const [space, { leaves }] of walks) {
    for (const leaf of leaves) {
      for (let i = 0; i < leaf.pages; i++) {
        const key = `${space} ${leaf.page + i} ${leaf.frame + i}`;
        if (!dirtied.has(key)) continue;
        assert.ok((leaf.low & Bit.DIRTY) !== 0, `page ${hex(leaf.page + i)} was written and is not dirty`);
        still.add(key);
      }
    }
  }
  for (const key of dirtied) if (!still.has(key)) dirtied.delete(key);
}

const TLB_ENTRIES = 512;
const TLB_WORDS = 8;
/** Right bits of a TLB entry (platform/embedded/model/mmu/rights.ts). */
const Tlb = { USER: 1, WRITE: 2, NO_EXECUTE: 4, DIRTY: 8, GLOBAL: 16 } as const;

/** Of the current PCID the TLB allows nothing that the tables deny, and leads nowhere else. */
export function checkTlb({ machine }: Pick<Subject, "machine">, walk: Walk | undefined): void {
  const current = Number(machine.kernel.wide("readCr3") & 0xfffn);
  const entries = machine.words(machine.call("tlbBase"), TLB_ENTRIES * TLB_WORDS).slice();
  for (let at = 0; at < entries.length; at += TLB_WORDS) {
    const [low, high, host, last] = [entries[at + 4]!, entries[at + 5]!, entries[at + 6]!, entries[at + 7]!];
    const rights = last & 0xff;
    if ((low === 0 && high === 0) || (rights & Tlb.GLOBAL) !== 0 || last >>> 16 !== current) continue;
    const page = high * 2 ** 20 + (low >>> 12);
    const leaf = leafFor(walk?.leaves ?? [], page);
    assert.ok(leaf, `the TLB holds page ${hex(page)}, which is not mapped`);
    checkTlbEntry(machine, leaf, page, host, rights);
  }
}

function checkTlbEntry(machine: SpaceMachine, leaf: Leaf, page: number, host: number, rights: number): void {
  const what = `the TLB's entry for page ${hex(page)}`;
  const frame = leaf.frame + (page - leaf.page);
  assert.equal(host, machine.call("ramAt", BigInt(frame) * 4096n), `${what} leads to another frame`);
  assert.ok((rights & Tlb.USER) === 0 || leaf.user, `${what} is the user's still`);
  assert.ok((rights & Tlb.WRITE) === 0 || leaf.writable, `${what} may be written still`);
  assert.ok((rights & Tlb.NO_EXECUTE) !== 0 || leaf.executable, `${what} may be executed still`);
  assert.ok((rights & Tlb.DIRTY) === 0 || (leaf.low & Bit.DIRTY) !== 0, `${what} is dirty, and the table's is not`);
}

/** The same of what is cached of the levels above: tables that are gone, rights that they took away. */
function checkStructures({ machine, places }: Subject, what: "tables" | "tables and rights"): void {
  const root = pageOf(machine.kernel.wide("readCr3"));
  for (const page of places) {
    for (const level of [2, 3, 4]) {
      const cached = machine.kernel.wide("cachedStructure", BigInt(page) * 4096n, level);
      if (cached === 0n) continue;
      const entry = entryFor(machine, root, page, level);
      const which = `cached entry of level ${level} for ${hex(page)}`;
      assert.ok(entry !== undefined && !entry.isLeaf, `${which}: there is no such table`);
      assert.equal(pageOf(cached), entry.frame, `${which}: another table`);
      if (what === "tables") continue;
      assert.ok((cached & 1n) === 0n || entry.user, `${which}: the user's still`);
      assert.ok((cached & 2n) === 0n || entry.writable, `${which}: writable still`);
    }
  }
}

export function hex(number: number): string {
  return `0x${number.toString(16)}`;
}
