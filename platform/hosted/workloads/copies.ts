import {
  clock,
  frameCopy,
  frameCopyStreaming,
  framesZero,
  framesZeroStreaming,
  physCopy,
  physCopyStreaming,
  physLoad8,
  physStore8,
} from "platform";
import { RAM_BASE } from "../../bench/layout";
import { randomBelow, seedRandom } from "../../bench/random";

/** Zeroing and copying, plainly and past the caches: how long they take, and whether they do the same. */

/** Memory that is gone through once, so that each piece is cold. */
const REACH: u64 = 0x1000_0000;
const SOURCE: u64 = RAM_BASE + REACH;

/** `bytes` is the size of a piece, a multiple of 4096. Returns nanoseconds for `REACH` bytes. */
export function zeroPlain(cpu: u32, bytes: u64): u64 {
  const begun = clock();
  for (let done: u64 = 0; done < REACH; done += bytes) framesZero(RAM_BASE + done, bytes >> 12);
  return clock() - begun;
}

export function zeroStreaming(cpu: u32, bytes: u64): u64 {
  const begun = clock();
  for (let done: u64 = 0; done < REACH; done += bytes) framesZeroStreaming(RAM_BASE + done, bytes >> 12);
  return clock() - begun;
}

export function copyPlain(cpu: u32, bytes: u64): u64 {
  const begun = clock();
  for (let done: u64 = 0; done < REACH; done += bytes) physCopy(RAM_BASE + done, SOURCE + done, bytes);
  return clock() - begun;
}

export function copyStreaming(cpu: u32, bytes: u64): u64 {
  const begun = clock();
  for (let done: u64 = 0; done < REACH; done += bytes) physCopyStreaming(RAM_BASE + done, SOURCE + done, bytes);
  return clock() - begun;
}

const WINDOW: u64 = 16384;
const TO: u64 = RAM_BASE;
const FROM: u64 = RAM_BASE + 0x10000;

/** Copies and zeroes of drawn alignments and lengths, looked at byte by byte, the bytes around included. Returns how many. */
export function tryCopies(cpu: u32, seed: u64): u64 {
  seedRandom(cpu, seed);
  for (let i: u64 = 0; i < 200; i++) {
    const length = i < 100 ? i : randomBelow(cpu, 5000);
    tryCopy(64 + randomBelow(cpu, 64), 64 + randomBelow(cpu, 64), length);
  }
  tryFrameCopy();
  tryFrames();
  return 202;
}

/** Before each try: neither range is zero, and no byte of one has what the other has at the same place. */
function fill(): void {
  for (let at: u64 = 0; at < WINDOW; at++) {
    physStore8(TO + at, 0x80 | (<u8>(at & 0x7f)));
    physStore8(FROM + at, <u8>((at * 7 + (at >> 7)) & 0x7f));
  }
}

function tryCopy(to: u64, from: u64, length: u64): void {
  fill();
  physCopyStreaming(TO + to, FROM + from, length);
  expectCopied(to, from, length);
}

function expectCopied(to: u64, from: u64, length: u64): void {
  for (let at: u64 = 0; at < WINDOW; at++) {
    const isInside = at - to < length;
    const expected = isInside ? physLoad8(FROM + from + at - to) : 0x80 | (<u8>(at & 0x7f));
    assert(physLoad8(TO + at) == expected, "a streaming copy is not what a copy is");
  }
}

function tryFrameCopy(): void {
  fill();
  frameCopyStreaming(TO + 4096, FROM + 8192);
  expectCopied(4096, 8192, 4096);
  fill();
  frameCopy(TO + 4096, FROM + 8192);
  expectCopied(4096, 8192, 4096);
}

function tryFrames(): void {
  fill();
  framesZeroStreaming(TO + 4096, 2);
  for (let at: u64 = 0; at < WINDOW; at++) {
    const expected: u8 = at - 4096 < 8192 ? 0 : 0x80 | (<u8>(at & 0x7f));
    assert(physLoad8(TO + at) == expected, "streaming zeroes are not where they should be");
  }
}
