import assert from "node:assert/strict";
import { HeapError } from "../../kernel/heap/errors.ts";
import { AGENT, ARENA, ARENA_BYTES, descriptor, EfiType, MemoryKernel, MIB } from "./memory-kernel.ts";
import { compileKernelPart } from "./kernel-module.ts";
import { startWordMachine, type WordMachine } from "./word-machine.ts";

/** The heap on the word machine, and beside it what it should hold: which objects, of which kinds, with what in them. */

const WASM_PAGE = 65536;
const entry = { entry: "tests/heap/entry.ts", platform: "metal" } as const;
const builds = {
  usual: await compileKernelPart(entry),
  debug: await compileKernelPart({ ...entry, use: ["HEAP_DEBUG=1"] }),
};
export type HeapBuild = keyof typeof builds;

/** Kinds by number, as tests/heap/entry.ts makes them: bytes of an object, and its alignment. */
export const KINDS = [
  { bytes: 16, alignment: 16 },
  { bytes: 48, alignment: 16 },
  { bytes: 192, alignment: 64 },
  { bytes: 2496, alignment: 64 },
] as const;

export class HeapModel {
  readonly machine: WordMachine;
  readonly kernel: MemoryKernel;
  /** Objects that are handed out: kind, and the byte that fills them. */
  readonly held = new Map<number, { readonly kind: number; readonly fill: number }>();
  /** Frames that were free before the heap began. */
  readonly freeAtFirst: number;
  #fill = 0;

  constructor(build: HeapBuild, places = 64) {
    this.machine = startWordMachine(36, builds[build]);
    this.kernel = new MemoryKernel([], this.machine.instance).bringUp({
      descriptors: [
        descriptor(EfiType.CONVENTIONAL, 0n, ARENA),
        AGENT,
        descriptor(EfiType.CONVENTIONAL, ARENA + ARENA_BYTES, 4n * MIB),
      ],
    });
    this.freeAtFirst = this.kernel.call("freeFrames");
    this.memory.grow(Math.ceil((places * 4096) / WASM_PAGE) + 1);
    assert.equal(this.kernel.call("startTestHeap", places), 1);
  }

  get memory(): WebAssembly.Memory {
    return this.machine.instance.memory;
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, length);
  }

  /** Allocates on `cpu`, looks at what comes, and fills it. 0 when there is no memory. */
  allocate(cpu: number, kind: number): number {
    this.machine.cpu = cpu;
    const object = this.kernel.call("allocateObject", kind);
    if (object !== 0) this.#hold(object, kind);
    return object;
  }

  #hold(object: number, kind: number): void {
    const { bytes, alignment } = KINDS[kind]!;
    assert.equal(object % alignment, 0);
    assert.ok(
      this.bytes(object, bytes).every((byte) => byte === 0),
      "an object is not zero",
    );
    for (const [other, { kind: otherKind }] of this.held) {
      const isApart = object + bytes <= other || other + KINDS[otherKind]!.bytes <= object;
      assert.ok(isApart, `object ${object} was handed out while ${other} is held`);
    }
    const fill = (this.#fill++ % 255) + 1;
    this.bytes(object, bytes).fill(fill);
    this.held.set(object, { kind, fill });
  }

  /** Frees on `cpu` what is held. */
  free(cpu: number, object: number): void {
    const { kind, fill } = this.held.get(object)!;
    assert.ok(
      this.bytes(object, KINDS[kind]!.bytes).every((byte) => byte === fill),
      "a held object has changed",
    );
    this.held.delete(object);
    this.machine.cpu = cpu;
    assert.equal(this.kernel.call("freeObject", kind, object), HeapError.NONE);
  }

  drain(cpu: number): number {
    this.machine.cpu = cpu;
    return this.kernel.call("drainHeap");
  }

  /** Frees everything on `cpu`, drains all CPUs, and finds the frames as they were at first. */
  end(cpu: number, cpus: number): void {
    for (const object of [...this.held.keys()]) this.free(cpu, object);
    for (let other = 0; other < cpus; other++) this.drain(other);
    this.validate();
    assert.deepEqual([this.kernel.call("allSlabs"), this.kernel.call("shownPages")], [0, 0]);
    assert.equal(this.kernel.call("freeFrames") + this.kernel.call("keptHeapFrames"), this.freeAtFirst);
    assert.equal(this.kernel.call("validate"), 0);
  }

  validate(): void {
    const error = this.kernel.call("validateHeap");
    assert.equal(error, HeapError.NONE, `${this.kernel.text("heapErrorText", error)} ${this.found()}`);
    KINDS.forEach((_, kind) => {
      const held = [...this.held.values()].filter((object) => object.kind === kind).length;
      assert.ok(this.kernel.call("objectsOut", kind) >= held);
    });
  }

  found(): string {
    return `0x${this.kernel.wide("heapErrorFound").toString(16)}`;
  }
}
