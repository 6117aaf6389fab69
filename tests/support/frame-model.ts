import type { MapModel } from "./map-model.ts";
import { isRamKind } from "./map-model.ts";

/**
 * The frame allocator as a list of frames with an owner each: what `kernel/frames` must agree with, slowly.
 */

/** FrameOwner, of kernel/frames/owners.ts; undefined where there is no RAM. */
export type Owner = number | undefined;

export const Owners = {
  FREE: 0,
  RESERVED: 1,
  LOW: 2,
  KERNEL: 3,
  MODULE: 4,
  LOADER: 5,
  FRAME_TABLE: 16,
  PAGE_TABLE: 17,
  KERNEL_STACK: 18,
  KERNEL_DATA: 19,
  USER: 20,
  HOLE: 63,
} as const;

const OWNER_OF_KIND: Readonly<Record<string, number>> = {
  free: Owners.FREE,
  "boot agent": Owners.LOADER,
  "handover tables": Owners.LOADER,
  bootinfo: Owners.LOADER,
  "low memory": Owners.LOW,
  kernel: Owners.KERNEL,
  module: Owners.MODULE,
};

export class FrameModel {
  readonly owners: Owner[];
  /** Holders beyond the first, of frames that were shared. */
  readonly sharers = new Map<number, number>();

  /** Frames 0 to `count - 1`; the table is where the kernel says. */
  constructor(map: MapModel, count: number, table: { first: number; frames: number }) {
    this.owners = Array.from({ length: count }, (_, frame) => {
      const kind = map.kindAt(BigInt(frame));
      return isRamKind(kind) ? (OWNER_OF_KIND[kind] ?? Owners.RESERVED) : undefined;
    });
    for (let frame = table.first; frame < table.first + table.frames; frame++) {
      if (this.owners[frame] !== Owners.FREE)
        throw new Error(`the frame table is on frame ${frame}, which is not free`);
      this.owners[frame] = Owners.FRAME_TABLE;
    }
  }

  count(test: (owner: number) => boolean): number {
    return this.owners.filter((owner) => owner !== undefined && test(owner)).length;
  }

  /** Is there a free, aligned block, all of it below frame `limit`? */
  hasBlock(order: number, limit = this.owners.length): boolean {
    const size = 2 ** order;
    for (let first = 0; first + size <= Math.min(limit, this.owners.length); first += size) {
      if (this.#isAll(first, size, Owners.FREE)) return true;
    }
    return false;
  }

  /** The allocator has handed a block out, for `owner`: says what is wrong with that, or takes it. */
  take(first: number, order: number, owner: number): string | undefined {
    const size = 2 ** order;
    if (first % size !== 0) return `a block of order ${order} begins at frame ${first}`;
    const taken = this.owners.slice(first, first + size).findIndex((found) => found !== Owners.FREE);
    if (taken !== -1) return `frame ${first + taken} was handed out, and is of owner ${this.owners[first + taken]}`;
    this.owners.fill(owner, first, first + size);
    return undefined;
  }

  /** Name of the refusal, as FrameError has it. */
  refusal(first: number, order: number): string | undefined {
    const size = 2 ** order;
    if (first % size !== 0) return "MISALIGNED";
    for (let frame = first; frame < first + size; frame++) {
      const owner = this.owners[frame];
      if (owner === undefined) return "OUTSIDE_RAM";
      if (owner === Owners.FREE) return "DOUBLE_FREE";
      if (owner <= Owners.FRAME_TABLE) return "RESERVED";
      if (this.sharersOf(frame) > 0) return "SHARED";
      if (owner !== this.owners[first]) return "MIXED_OWNERS";
    }
    return undefined;
  }

  sharersOf(frame: number): number {
    return this.sharers.get(frame) ?? 0;
  }

  share(frame: number, change: 1 | -1): void {
    this.sharers.set(frame, this.sharersOf(frame) + change);
  }

  free(first: number, order: number): void {
    this.owners.fill(Owners.FREE, first, first + 2 ** order);
  }

  reclaim(): number {
    const before = this.count((owner) => owner === Owners.FREE);
    this.owners.forEach((owner, frame) => {
      if (owner === Owners.LOADER) this.owners[frame] = Owners.FREE;
    });
    return this.count((owner) => owner === Owners.FREE) - before;
  }

  #isAll(first: number, size: number, owner: number): boolean {
    for (let frame = first; frame < first + size; frame++) if (this.owners[frame] !== owner) return false;
    return true;
  }
}
