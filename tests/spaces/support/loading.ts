import assert from "node:assert/strict";
import { RegionKind } from "../../../kernel/spaces/kinds.ts";
import { SegmentFlag, writeElf } from "../../../tools/build/elf.ts";
import { manifestNote, parseManifest } from "../../../tools/build/manifest.ts";
import { withNote } from "../../../tools/build/notes.ts";
import { startKernelPart } from "../../support/kernel-module.ts";
import {
  AGENT,
  ARENA,
  ARENA_BYTES,
  descriptor,
  EfiType,
  MemoryKernel,
  MIB,
  MODULES_AT,
} from "../../support/memory-kernel.ts";
import { regionsOf, Right, type RegionSeen } from "./machine.ts";

/** Tasks as the kernel loads them from images: what of their spaces was drawn. Addresses are numbers of pages. */

export const LOADING_ENTRY = {
  entry: "tests/spaces/loading-entry.ts",
  platform: "embedded",
  before: "tests/spaces/racing",
} as const;

const RAM_BYTES = 128n * MIB;
const MACHINE = 0x4157;
const UNIT_BYTES = 0x1_0000;
const { READ, WRITE, EXECUTE } = SegmentFlag;
const PROGRAM = writeElf({
  machine: MACHINE,
  entry: 0,
  segments: [READ | EXECUTE, READ, READ | WRITE].map((flags, index) => {
    const contents = new Uint8Array(index === 2 ? 0 : 100).fill(index + 1);
    return { flags, virtual: index * UNIT_BYTES, contents, memoryBytes: UNIT_BYTES, alignment: UNIT_BYTES };
  }),
});
const MANIFEST = JSON.stringify({ name: "driver", version: 1, capabilities: [] });

/** What the machine has booted with, by number: a program, and the same as a module. */
const IMAGES = [PROGRAM, withNote(PROGRAM, manifestNote(parseManifest(MANIFEST, "the test's")))];
const Image = { PROGRAM: 0, MODULE: 1 } as const;

/** What the user half is cut into, and the modules' zone: pages. UserSlot, of kernel/address/layout.ts, which Node cannot read. */
export const USER_SLOT_PAGES = 2 ** 32;
export const MODULE_ZONE_PAGE = 0xffff_9000_0000_0000 / 4096;
export const MODULE_SLOT_PAGES = 2 ** 27;
/** At the start of each slot of the modules' zone. */
export const UNUSED_PAGES = 2 ** 18;

interface Part {
  readonly kind: number;
  readonly pages: number;
  readonly rights: number;
}

/** What is drawn as one: its regions, one right above the other. */
interface Piece {
  readonly name: string;
  /** UserSlot, or 0. */
  readonly slot: number;
  readonly parts: readonly Part[];
  /** How much its base leaves room for; its pages, but for a mapping: it has no size yet when the base is drawn. */
  readonly room: number;
}

const READ_WRITE = Right.READ | Right.WRITE;
const guard = { kind: RegionKind.GUARD, pages: 1, rights: 0 };
const TEXT: readonly Part[] = [
  { kind: RegionKind.TEXT, pages: 16, rights: Right.READ | Right.EXECUTE },
  { kind: RegionKind.RODATA, pages: 16, rights: Right.READ },
  { kind: RegionKind.DATA, pages: 16, rights: READ_WRITE },
];
/** In the order of addresses. */
const OWN: readonly Piece[] = [
  piece("heap", 2, [guard, { kind: RegionKind.HEAP, pages: 16, rights: READ_WRITE }, guard]),
  { ...piece("first mmap", 3, [{ kind: RegionKind.ANONYMOUS, pages: 1, rights: READ_WRITE }]), room: 0 },
  piece("IPC", 5, [guard, { kind: RegionKind.MESSAGE_BUFFER, pages: 1, rights: READ_WRITE }, guard]),
  piece("stack", 6, [
    { kind: RegionKind.STACK_GUARD, pages: 1, rights: 0 },
    { kind: RegionKind.STACK, pages: 16, rights: READ_WRITE },
    guard,
  ]),
];
export const PROGRAM_PIECES: readonly Piece[] = [piece("text", 1, TEXT), ...OWN];
export const MODULE = piece("module", 0, TEXT);
const MODULE_PIECES: readonly Piece[] = [...OWN, MODULE];

function piece(name: string, slot: number, parts: readonly Part[]): Piece {
  return { name, slot, parts, room: parts.reduce((sum, { pages }) => sum + pages, 0) };
}

const PROTECT_READ_WRITE = 3n;
const ANONYMOUS_PRIVATE = 0x22n;

export class LoadingMachine {
  readonly kernel: MemoryKernel;

  constructor(module: WebAssembly.Module, seed: bigint) {
    this.kernel = new MemoryKernel([{ first: 0n, bytes: RAM_BYTES }], startKernelPart(module)).bringUp(
      {
        descriptors: [
          descriptor(EfiType.CONVENTIONAL, 0n, ARENA),
          AGENT,
          descriptor(EfiType.CONVENTIONAL, ARENA + ARENA_BYTES, RAM_BYTES - ARENA - ARENA_BYTES),
        ],
        modules: IMAGES.length,
      },
      IMAGES.map((image, index) => ({ at: MODULES_AT + index * 64 + 8, bytes: 8, value: image.length })),
    );
    IMAGES.forEach((image, index) => this.#write(this.kernel.wide("modulePhysical", index), image));
    assert.equal(this.kernel.call("startLoading"), 1);
    this.kernel.call("seedRandom", seed);
  }

  #write(at: bigint, image: Uint8Array): void {
    image.forEach((byte, index) => this.kernel.call("physStore8", at + BigInt(index), byte));
  }

  /** The regions of a task that is loaded, maps a page wherever the kernel likes, and ends. */
  #regionsOfTask(image: number): RegionSeen[] {
    const space = this.kernel.call("startTask", image);
    assert.notEqual(space, 0, "it is refused");
    const mapped = this.kernel.wide("mmap", 0n, 4096n, PROTECT_READ_WRITE, ANONYMOUS_PRIVATE);
    assert.ok(mapped < 1n << 47n, "it cannot map a page");
    const regions = regionsOf(this.kernel, space);
    this.kernel.call("endRunning");
    return regions;
  }

  /** The bases of such a program: the first page of each of PROGRAM_PIECES. All else is as it must be. */
  basesOfProgram(): number[] {
    const regions = this.#regionsOfTask(Image.PROGRAM);
    const bases = takePieces(regions, PROGRAM_PIECES);
    PROGRAM_PIECES.forEach(({ name, slot, room }, index) => {
      const base = bases[index]!;
      const isInside = base >= slot * USER_SLOT_PAGES && base + room <= (slot + 1) * USER_SLOT_PAGES;
      assert.ok(isInside, `${name} at page ${base.toString(16)}`);
    });
    return bases;
  }

  /** The first page of such a module. */
  baseOfModule(): number {
    return takePieces(this.#regionsOfTask(Image.MODULE), MODULE_PIECES).at(-1)!;
  }
}

/** The regions are these pieces and nothing else, each whole. Returns where each begins. */
function takePieces(regions: readonly RegionSeen[], pieces: readonly Piece[]): number[] {
  const rest = [...regions];
  const bases = pieces.map(({ name, parts }) => {
    const base = rest[0]?.first ?? 0;
    let next = base;
    const wanted = parts.map(({ kind, pages, rights }) => {
      const first = next;
      next += pages;
      return { first, last: next - 1, kind, rights };
    });
    assert.deepEqual(rest.splice(0, parts.length), wanted, name);
    return base;
  });
  assert.deepEqual(rest, [], "there is more");
  return bases;
}
