import assert from "node:assert/strict";
import { type FirmwareHost, type FirmwareMap, type RamRange, ramRanges } from "../../../machine/firmware/index.ts";

const CHUNK_BYTES = 0x1_0000;

/** A stand-in for the embedded machine's memory: sparse, strict about what is RAM and about alignment. Fresh RAM is not zero. */
export class TestRam implements FirmwareHost {
  private readonly chunks = new Map<number, DataView>();
  private readonly ranges: readonly RamRange[];

  constructor(map: FirmwareMap) {
    this.ranges = ramRanges(map);
  }

  load8 = (address: bigint): number => this.view(address, 1).getUint8(Number(address) % CHUNK_BYTES);
  load16 = (address: bigint): number => this.view(address, 2).getUint16(Number(address) % CHUNK_BYTES, true);
  load32 = (address: bigint): number => this.view(address, 4).getUint32(Number(address) % CHUNK_BYTES, true);
  load64 = (address: bigint): bigint => this.view(address, 8).getBigUint64(Number(address) % CHUNK_BYTES, true);
  store8 = (address: bigint, value: number): void =>
    this.view(address, 1).setUint8(Number(address) % CHUNK_BYTES, value);
  store16 = (address: bigint, value: number): void =>
    this.view(address, 2).setUint16(Number(address) % CHUNK_BYTES, value, true);
  store32 = (address: bigint, value: number): void =>
    this.view(address, 4).setUint32(Number(address) % CHUNK_BYTES, value, true);
  store64 = (address: bigint, value: bigint): void =>
    this.view(address, 8).setBigUint64(Number(address) % CHUNK_BYTES, value, true);

  copyIn(address: bigint, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const at = address + BigInt(done);
      const within = Number(at) % CHUNK_BYTES;
      const count = Math.min(bytes.length - done, CHUNK_BYTES - within);
      new Uint8Array(this.view(at, 1).buffer).set(bytes.subarray(done, done + count), within);
      this.view(at + BigInt(count) - 1n, 1);
      done += count;
    }
  }

  bytes(address: bigint, count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let done = 0; done < count;) {
      const at = address + BigInt(done);
      const within = Number(at) % CHUNK_BYTES;
      const part = Math.min(count - done, CHUNK_BYTES - within);
      bytes.set(new Uint8Array(this.view(at, 1).buffer).subarray(within, within + part), done);
      done += part;
    }
    return bytes;
  }

  private view(address: bigint, width: number): DataView {
    assert.equal(address % BigInt(width), 0n, `misaligned access of ${width} bytes at 0x${address.toString(16)}`);
    const isRam = this.ranges.some(({ start, end }) => start <= address && address < end);
    assert.ok(isRam, `access at 0x${address.toString(16)}, where there is no RAM`);
    const index = Math.floor(Number(address) / CHUNK_BYTES);
    let chunk = this.chunks.get(index);
    if (chunk === undefined) {
      chunk = new DataView(new Uint8Array(CHUNK_BYTES).fill(0xcc).buffer);
      this.chunks.set(index, chunk);
    }
    return chunk;
  }
}
