/** Physical memory, by the word and by the frame. Addresses are physical and in bytes; words are naturally aligned. */

/** Where the direct map starts (virtual). Called once, first thing, with what bootinfo says. */
export declare function setDirectMap(base: u64): void;

export declare function physLoad8(address: u64): u8;
export declare function physLoad16(address: u64): u16;
export declare function physLoad32(address: u64): u32;
export declare function physLoad64(address: u64): u64;
export declare function physStore8(address: u64, value: u8): void;
export declare function physStore16(address: u64, value: u16): void;
export declare function physStore32(address: u64, value: u32): void;
export declare function physStore64(address: u64, value: u64): void;

/** Atomic; sequentially consistent. Returns the value found: equal to `expected` when the exchange took place. */
export declare function physCompareExchange64(address: u64, expected: u64, replacement: u64): u64;
/** Atomic; returns the value before. Wraps. */
export declare function physAdd64(address: u64, delta: u64): u64;
/** Atomic; returns the value before. Wraps. */
export declare function physAdd32(address: u64, delta: u32): u32;
/** Atomic; returns the value before. */
export declare function physExchange64(address: u64, replacement: u64): u64;
/** Atomic; returns the value before. */
export declare function physOr64(address: u64, bits: u64): u64;
/** Atomic; returns the value before. */
export declare function physAnd64(address: u64, bits: u64): u64;

/** Fills `count` 4096-byte frames from `address` on with zeros. */
export declare function framesZero(address: u64, count: u64): void;
/** The same for one. */
export function frameZero(address: u64): void {
  framesZero(address, 1);
}
/**
 * The same past the caches, for much memory that nobody reads soon: what the caches hold stays. Done when it returns, for other CPUs too.
 * `kernel/frames/zeroing.ts` says from which size on.
 */
export declare function framesZeroStreaming(address: u64, count: u64): void;
/** Copies one 4096-byte frame. The frames differ. */
export declare function frameCopy(to: u64, from: u64): void;

/** Copies `length` bytes from the kernel's linear memory at `from` to physical memory at `to`. */
export declare function physWrite(to: u64, from: usize, length: u32): void;
/** Copies `length` bytes of physical memory at `from` to the kernel's linear memory at `to`. */
export declare function physRead(to: usize, from: u64, length: u32): void;
/** Copies `length` bytes of physical memory; the ranges do not overlap. */
export declare function physCopy(to: u64, from: u64, length: u64): void;
/** Copies `count` times 64 bytes past the caches; the ranges do not overlap. For the platform's own use. */
export declare function linesCopyStreaming(to: u64, from: u64, count: u64): void;

/** `physCopy` past the caches: whole lines, and plainly what is before and after them. */
export function physCopyStreaming(to: u64, from: u64, length: u64): void {
  const head = min<u64>(-to & 63, length);
  const lines = (length - head) >> 6;
  const done = head + (lines << 6);
  physCopy(to, from, head);
  linesCopyStreaming(to + head, from + head, lines);
  physCopy(to + done, from + done, length - done);
}

/** `frameCopy` past the caches. */
export function frameCopyStreaming(to: u64, from: u64): void {
  linesCopyStreaming(to, from, FRAME_LINES);
}
const FRAME_LINES: u64 = 64;

/**
 * A load or store by virtual address, with the kernel's rights, through the page tables: for the sealed section, kernel stacks,
 * and (later) modules and devices. A fault is the kernel's own: it panics.
 */
export declare function kernelLoad8(address: u64): u8;
export declare function kernelLoad16(address: u64): u16;
export declare function kernelLoad32(address: u64): u32;
export declare function kernelLoad64(address: u64): u64;
export declare function kernelStore8(address: u64, value: u8): void;
export declare function kernelStore16(address: u64, value: u16): void;
export declare function kernelStore32(address: u64, value: u32): void;
export declare function kernelStore64(address: u64, value: u64): void;
