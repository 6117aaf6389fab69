import type { FirmwareHost } from "./types.ts";

/**
 * Where the firmware keeps what is its own: system table, protocols, scratch memory. Like flash it is not RAM, and no map can be so
 * wild that it gets in the way: the addresses are the last of 64 bits, far above any physical one.
 */
export const FLASH_BASE = 0xffff_ffff_fff0_0000n;
const FLASH_BYTES = 0x1_0000;
const COPY_CHUNK_BYTES = 0x1_0000;

/** The flash is full: a boot that opens thousands of files. */
export class FlashFull extends Error {
  override readonly name = "FlashFull";
}

/** Physical memory as firmware and boot agent see it: the host's RAM, and flash. */
export class FirmwareMemory {
  private readonly flash = new DataView(new ArrayBuffer(FLASH_BYTES));
  private flashUsed = 0;
  readonly host: FirmwareHost;

  constructor(host: FirmwareHost) {
    this.host = host;
  }

  /** Address of `byteCount` fresh zero bytes of flash, 16-byte aligned. */
  reserve(byteCount: number): bigint {
    const at = this.flashUsed;
    this.flashUsed += Math.ceil(byteCount / 16) * 16;
    if (this.flashUsed > FLASH_BYTES)
      throw new FlashFull(`the modelled firmware's ${FLASH_BYTES} bytes of flash are full`);
    return FLASH_BASE + BigInt(at);
  }

  load8(address: bigint): number {
    return isFlash(address) ? this.flash.getUint8(offset(address)) : this.host.load8(address);
  }
  load16(address: bigint): number {
    return isFlash(address) ? this.flash.getUint16(offset(address), true) : this.host.load16(address);
  }
  load32(address: bigint): number {
    return isFlash(address) ? this.flash.getUint32(offset(address), true) : this.host.load32(address) >>> 0;
  }
  load64(address: bigint): bigint {
    if (isFlash(address)) return this.flash.getBigUint64(offset(address), true);
    return BigInt.asUintN(64, this.host.load64(address));
  }
  store8(address: bigint, value: number): void {
    if (isFlash(address)) this.flash.setUint8(offset(address), value);
    else this.host.store8(address, value & 0xff);
  }
  store16(address: bigint, value: number): void {
    if (isFlash(address)) this.flash.setUint16(offset(address), value, true);
    else this.host.store16(address, value & 0xffff);
  }
  store32(address: bigint, value: number): void {
    if (isFlash(address)) this.flash.setUint32(offset(address), value, true);
    else this.host.store32(address, value >>> 0);
  }
  store64(address: bigint, value: bigint): void {
    if (isFlash(address)) this.flash.setBigUint64(offset(address), value, true);
    else this.host.store64(address, BigInt.asUintN(64, value));
  }

  write(address: bigint, bytes: Uint8Array): void {
    if (isFlash(address)) bytes.forEach((byte, index) => this.store8(address + BigInt(index), byte));
    else this.host.copyIn(address, bytes);
  }

  fill(address: bigint, byteCount: number, byte: number): void {
    const chunk = new Uint8Array(Math.min(byteCount, COPY_CHUNK_BYTES)).fill(byte);
    for (let done = 0; done < byteCount; done += chunk.length) {
      this.write(address + BigInt(done), chunk.subarray(0, Math.min(chunk.length, byteCount - done)));
    }
  }

  /** The bytes at `address`, which is a multiple of 8 if there are many. */
  read(address: bigint, byteCount: number): Uint8Array {
    const bytes = new Uint8Array(byteCount);
    const view = new DataView(bytes.buffer);
    const wholeWords = address % 8n === 0n ? byteCount - (byteCount % 8) : 0;
    for (let at = 0; at < wholeWords; at += 8) view.setBigUint64(at, this.load64(address + BigInt(at)), true);
    for (let at = wholeWords; at < byteCount; at++) bytes[at] = this.load8(address + BigInt(at));
    return bytes;
  }

  /** UTF-16 up to a NUL. */
  readString(address: bigint): string {
    const units: number[] = [];
    for (let at = address; units.length < 4096; at += 2n) {
      const unit = this.load16(at) & 0xffff;
      if (unit === 0) break;
      units.push(unit);
    }
    return String.fromCharCode(...units);
  }
}

function isFlash(address: bigint): boolean {
  return address >= FLASH_BASE;
}

function offset(address: bigint): number {
  return Number(address - FLASH_BASE);
}
