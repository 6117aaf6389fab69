import type { FirmwareHost } from "../firmware/types.ts";
import type { KernelExports } from "./exports.ts";

const FRAME_BYTES = 4096n;

/** The kernel's linear memory as the host sees it. It moves when it grows, so views of it are made anew. */
export class LinearMemory {
  private current: DataView;

  constructor(private readonly memory: WebAssembly.Memory) {
    this.current = new DataView(memory.buffer);
  }

  view(): DataView {
    if (this.current.buffer !== this.memory.buffer) this.current = new DataView(this.memory.buffer);
    return this.current;
  }

  /** A copy: what is in linear memory changes. */
  copy(from: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, from >>> 0, length).slice();
  }

  bytes(from: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, from >>> 0, length);
  }
}

/** Modelled RAM by physical address, for the firmware. */
export function firmwareHost(kernel: KernelExports, memory: LinearMemory): FirmwareHost {
  const at = (address: bigint) => kernel.ramAt(address) >>> 0;
  // `at` may grow the memory, so it comes before `view`.
  const load = <T>(address: bigint, read: (view: DataView, at: number) => T) => {
    const place = at(address);
    return read(memory.view(), place);
  };
  return {
    load8: (address) => load(address, (view, place) => view.getUint8(place)),
    load16: (address) => load(address, (view, place) => view.getUint16(place, true)),
    load32: (address) => load(address, (view, place) => view.getUint32(place, true)),
    load64: (address) => load(address, (view, place) => view.getBigUint64(place, true)),
    store8: (address, value) => load(address, (view, place) => view.setUint8(place, value)),
    store16: (address, value) => load(address, (view, place) => view.setUint16(place, value, true)),
    store32: (address, value) => load(address, (view, place) => view.setUint32(place, value, true)),
    store64: (address, value) => load(address, (view, place) => view.setBigUint64(place, value, true)),
    copyIn(address, bytes) {
      for (let done = 0; done < bytes.length;) {
        const part = partInFrame(address + BigInt(done), bytes.length - done);
        const place = at(address + BigInt(done));
        memory.bytes(place, part).set(bytes.subarray(done, done + part));
        done += part;
      }
    },
  };
}

/** Bytes from `address` to the end of its frame or page, at most `length`. */
export function partInFrame(address: bigint, length: number): number {
  return Math.min(length, Number(FRAME_BYTES - (address % FRAME_BYTES)));
}
