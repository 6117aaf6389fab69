import assert from "node:assert/strict";
import { AGENT, ARENA, ARENA_BYTES, descriptor, EfiType, MemoryKernel, MIB } from "../../support/memory-kernel.ts";
import { compileKernelPart, startKernelPart } from "../../support/kernel-module.ts";

/** Spaces of the real kernel over modelled RAM, and accesses through the modelled MMU. Addresses are pages and bytes in them. */

export const PAGE_BYTES = 4096n;
const RAM_BYTES = 128n * MIB;
const USER_VECTOR = 14;

/** Kinds of access, as the model's MMU names them (platform/embedded/model/mmu/access.ts), by a user. */
export const Access = { READ: 4, WRITE: 5, FETCH: 6 } as const;
/** Answer, of kernel/spaces/answer.ts, which Node cannot read: it uses the platform. */
export const Answer = { ANSWERED: 0, REFUSED: 1, NO_MEMORY: 2 } as const;
/** SpaceError, of kernel/spaces/space.ts. */
export const SpaceError = {
  NONE: 0,
  NO_MEMORY: 1,
  OVERLAP: 2,
  BAD_RANGE: 3,
  NOT_MAPPED: 4,
  BAD_RIGHTS: 5,
  NO_DEVICE: 6,
  SEALED: 7,
} as const;
/** Features that can be hidden, of platform/embedded/model/cpu/features.ts. */
export const Feature = { PCID: 64 } as const;
export const Right = { EXECUTE: 1, WRITE: 2, READ: 4 } as const;
export const ENTRY = { entry: "tests/spaces/entry.ts", platform: "embedded", before: "tests/spaces/racing" } as const;

let usual: Promise<WebAssembly.Module> | undefined;

/** The kernel part as it is. */
export function usualModule(): Promise<WebAssembly.Module> {
  return (usual ??= compileKernelPart(ENTRY));
}

export interface RegionSeen {
  readonly first: number;
  readonly last: number;
  readonly kind: number;
  readonly rights: number;
}

export class SpaceMachine {
  readonly kernel: MemoryKernel;
  #words = new Uint32Array(0);

  /** Two CPUs that lack the features `hidden` (Feature). */
  constructor(module: WebAssembly.Module, hidden = 0, ramBytes = RAM_BYTES, start = "startSpaces") {
    this.kernel = new MemoryKernel([{ first: 0n, bytes: ramBytes }], startKernelPart(module)).bringUp({
      descriptors: [
        descriptor(EfiType.CONVENTIONAL, 0n, ARENA),
        AGENT,
        descriptor(EfiType.CONVENTIONAL, ARENA + ARENA_BYTES, ramBytes - ARENA - ARENA_BYTES),
      ],
    });
    this.call("featuresHide", hidden);
    assert.equal(this.call(start), 1);
  }

  call(name: string, ...args: (number | bigint)[]): number {
    return this.kernel.call(name, ...args);
  }

  /** The same for pages from `first` to before `end`, as the kernel wants a range: its first and its last byte. */
  callRange(name: string, space: number, first: number, end: number, ...args: number[]): number {
    return this.call(name, space, addressOf(first), addressOf(end) - 1n, ...args);
  }

  /** The words of the frame, of 32 bits, as they are in modelled RAM. */
  frameWords(frame: number): Uint32Array {
    return this.words(this.call("ramAt", addressOf(frame)), 1024);
  }

  /** Words of linear memory. */
  words(at: number, count: number): Uint32Array {
    const { buffer } = this.kernel.instance.memory;
    if (this.#words.buffer !== buffer) this.#words = new Uint32Array(buffer);
    return this.#words.subarray(at >>> 2, (at >>> 2) + count);
  }

  /** One access by the modelled MMU: where the byte is in linear memory, or the error code of the page fault. */
  tryAccess(address: bigint, access: number): { at: number } | { error: number } {
    const at = this.call("access", address, access);
    if (at !== 0) return { at };
    assert.equal(this.call("faultVector"), USER_VECTOR);
    assert.equal(this.kernel.wide("faultAddress"), address);
    return { error: this.call("faultError") };
  }

  regions(space: number): RegionSeen[] {
    return regionsOf(this.kernel, space);
  }
}

/** In ascending order. */
export function regionsOf(kernel: MemoryKernel, space: number): RegionSeen[] {
  const seen: RegionSeen[] = [];
  for (let from = 0n; ;) {
    const region = kernel.call("regionFrom", space, from);
    if (region === 0) return seen;
    const [first, last] = [kernel.wide("regionFirst", region), kernel.wide("regionLast", region)];
    seen.push({
      first: pageOf(first),
      last: pageOf(last),
      kind: kernel.call("regionKind", region),
      rights: kernel.call("regionRights", region),
    });
    assert.equal(last & 0xfffn, 0xfffn, "a region ends within a page");
    assert.ok(first >= from && last >= first, "regions are in order");
    from = last + 1n;
  }
}

export function addressOf(page: number): bigint {
  return BigInt(page) * PAGE_BYTES;
}

export function pageOf(address: bigint): number {
  return Number(address / PAGE_BYTES);
}
