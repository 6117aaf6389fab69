import assert from "node:assert/strict";
import fc from "fast-check";
import { FrameError } from "../../kernel/frames/errors.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { MemoryKernel } from "./memory-kernel.ts";
import { startWordMachine, type WordMachine } from "./word-machine.ts";

/** The frame allocator on several nodes, with several CPUs, beside a naive model: an owner and a node for every frame. */

export const NONE = 0xffff_ffff;
const AREA_FRAMES = 512;

export interface Extent {
  readonly frames: number;
  /** Frames without RAM before it. */
  readonly gap: number;
  readonly node: number;
  readonly isFree: boolean;
}

export interface Layout {
  readonly extents: readonly Extent[];
  /** Row by row; a square. */
  readonly distances: readonly (readonly number[])[];
  /** Node of each CPU. */
  readonly cpus: readonly number[];
}

/** What every layout ends with, so that the frame table has room and bring-up has enough: 10 MiB of node 0. */
const LAST: Extent = { frames: 2560, gap: 300, node: 0, isFree: true };

export function anyLayout(nodes: number): fc.Arbitrary<Layout> {
  const anyNode = fc.nat(nodes - 1);
  const anyExtent = fc.record({
    frames: fc.oneof(
      fc.integer({ min: 1, max: 700 }),
      fc.integer({ min: 1, max: 4 }).map((areas) => areas * 512),
    ),
    gap: fc.oneof(fc.constant(0), fc.nat(600)),
    node: anyNode,
    isFree: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  });
  const anyDistance = fc.integer({ min: 11, max: 30 });
  const anyRow = fc.array(anyDistance, { minLength: nodes, maxLength: nodes });
  return fc.record({
    extents: fc.array(anyExtent, { minLength: 3, maxLength: 10 }).map((extents) => [...extents, LAST]),
    distances: fc.array(anyRow, { minLength: nodes, maxLength: nodes }),
    cpus: fc.array(anyNode, { minLength: 4, maxLength: 4 }),
  });
}

/** Nodes of `megabytes` each, one after the other, `cpus` CPUs a node; the frame table is at the end of the last. */
export function evenLayout(nodes: number, megabytes: number, cpus: number): Layout {
  const numbers = Array.from({ length: nodes }, (_, node) => node);
  return {
    extents: numbers.map((node) => ({ frames: megabytes * 256, gap: node === 0 ? 512 : 0, node, isFree: true })),
    distances: numbers.map((from) => numbers.map((to) => 10 + 10 * Math.abs(from - to))),
    cpus: numbers.flatMap((node) => Array.from({ length: cpus }, () => node)),
  };
}

export interface Block {
  readonly first: number;
  readonly order: number;
}

export class NodeMachine {
  readonly machine: WordMachine = startWordMachine(36);
  readonly kernel: MemoryKernel = new MemoryKernel([], this.machine.instance);
  readonly layout: Layout;
  readonly held: Block[] = [];
  /** Undefined where there is no RAM. */
  readonly #owners: (number | undefined)[] = [];
  readonly #nodes: number[] = [];

  constructor(layout: Layout) {
    this.layout = layout;
    this.#tellTopology();
    this.kernel.call("framesForget");
    for (const extent of layout.extents) this.#describe(extent);
    assert.equal(this.kernel.call("framesBuild"), FrameError.NONE);
    this.#ownTable();
  }

  #tellTopology(): void {
    const { distances, cpus } = this.layout;
    this.kernel.call("nodesForget");
    this.kernel.call("setNodeCount", distances.length);
    distances.forEach((row, from) => row.forEach((d, to) => this.kernel.call("setNodeDistance", from, to, d)));
    cpus.forEach((node, cpu) => this.kernel.call("setCpuNode", cpu, node));
  }

  #describe({ frames, gap, node, isFree }: Extent): void {
    for (let i = 0; i < gap; i++) this.#owners.push(undefined);
    const first = this.#owners.length;
    const owner = isFree ? FrameOwner.FREE : FrameOwner.RESERVED;
    for (let i = 0; i < frames; i++) this.#owners.push(owner);
    for (let i = first; i < first + frames; i++) this.#nodes[Math.floor(i / AREA_FRAMES)] ??= node;
    const [from, end] = [BigInt(first) * 4096n, BigInt(first + frames) * 4096n];
    assert.equal(this.kernel.call("framesDescribe", from, end - 1n, owner, node), FrameError.NONE);
  }

  #ownTable(): void {
    const first = Number(this.kernel.wide("frameTableAddress") / 4096n);
    const frames = Number(this.kernel.wide("frameTableBytes") / 4096n);
    this.#owners.fill(FrameOwner.FRAME_TABLE, first, first + frames);
  }

  get nodes(): number[] {
    return this.layout.distances.map((_, node) => node);
  }

  /** All of an area is of the node of its first RAM. */
  nodeOf(frame: number): number {
    return this.#nodes[Math.floor(frame / AREA_FRAMES)]!;
  }

  /** Nodes from one on, by distance. */
  nearest(from: number): number[] {
    const distance = (node: number) => (node === from ? -1 : this.layout.distances[from]![node]!);
    return this.nodes.toSorted((a, b) => distance(a) - distance(b) || a - b);
  }

  freeOf(node: number): number {
    return this.#owners.filter((owner, frame) => owner === FrameOwner.FREE && this.nodeOf(frame) === node).length;
  }

  /** Is there a free, aligned block of `order` in `node`? */
  hasBlock(node: number, order: number): boolean {
    const size = 2 ** order;
    for (let first = 0; first + size <= this.#owners.length; first += size) {
      if (this.#isFree(first, size) && this.#isWithin(first, size, node)) return true;
    }
    return false;
  }

  #isFree(first: number, size: number): boolean {
    for (let i = first; i < first + size; i++) if (this.#owners[i] !== FrameOwner.FREE) return false;
    return true;
  }

  #isWithin(first: number, size: number, node: number): boolean {
    for (let i = first; i < first + size; i += AREA_FRAMES) if (this.nodeOf(i) !== node) return false;
    return true;
  }

  allocate(cpu: number, order: number): number {
    return order === 0
      ? this.try(cpu, 0, "allocateFrame", FrameOwner.USER)
      : this.try(cpu, order, "allocateBlock", order, FrameOwner.USER);
  }

  /** Calls any function that allocates a block of `order`, and takes what it returns. */
  try(cpu: number, order: number, name: string, ...args: number[]): number {
    this.machine.cpu = cpu;
    const first = this.kernel.call(name, ...args);
    if (first !== NONE) this.#take({ first, order });
    return first;
  }

  #take(block: Block): void {
    const size = 2 ** block.order;
    assert.equal(block.first % size, 0);
    assert.ok(
      this.#isFree(block.first, size),
      `frame ${block.first}, order ${block.order}, is handed out and not free`,
    );
    assert.ok(this.#isWithin(block.first, size, this.nodeOf(block.first)), "a block is of two nodes");
    this.#owners.fill(FrameOwner.USER, block.first, block.first + size);
    this.held.push(block);
  }

  /** Frees one of the held blocks, on any CPU. */
  free(cpu: number, which: number): void {
    if (this.held.length === 0) return;
    const [block] = this.held.splice(which % this.held.length, 1);
    const { first, order } = block!;
    this.machine.cpu = cpu;
    const error = order === 0 ? this.kernel.call("freeFrame", first) : this.kernel.call("freeBlock", first, order);
    assert.equal(error, FrameError.NONE);
    this.#owners.fill(FrameOwner.FREE, first, first + 2 ** order);
  }

  freeAll(cpu: number): void {
    while (this.held.length > 0) this.free(cpu, this.held.length - 1);
  }

  drainAll(): void {
    this.layout.cpus.forEach((_, cpu) => this.kernel.call("drainCache", cpu));
  }

  totalOf(node: number): number {
    return this.#owners.filter((owner, frame) => owner !== undefined && this.nodeOf(frame) === node).length;
  }

  check(): void {
    const error = this.kernel.call("validate");
    const found = this.kernel.call("frameErrorFound");
    assert.equal(error, FrameError.NONE, `${this.kernel.text("frameErrorText", error)}: ${found}`);
    const counted = this.nodes.map((node) => [
      this.kernel.call("freeFramesOf", node),
      this.kernel.call("totalFramesOf", node),
    ]);
    assert.deepEqual(
      counted,
      this.nodes.map((node) => [this.freeOf(node), this.totalOf(node)]),
    );
    assert.equal(
      this.kernel.call("freeFrames"),
      counted.reduce((sum, [free]) => sum + free!, 0),
    );
  }
}
