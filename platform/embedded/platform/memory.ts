import { tick, tickFrame } from "../model/cpu/time";
import { kernelAddress } from "../model/mmu/kernel-access";
import { Access } from "../model/mmu/access";
import { afterStore, beforeLoad } from "../model/devices/registers";
import { isUntouched, ramAt } from "../model/ram/ram";

const FRAME_BYTES: u64 = 4096;

/** The model reaches physical memory directly; the direct map is checked by the programs and tests that walk the tables. */
export function setDirectMap(_base: u64): void {}

export function physLoad8(address: u64): u8 {
  tick();
  return load<u8>(ramAt(address));
}

export function physLoad16(address: u64): u16 {
  tick();
  return load<u16>(ramAt(address));
}

export function physLoad32(address: u64): u32 {
  tick();
  return load<u32>(ramAt(address));
}

export function physLoad64(address: u64): u64 {
  tick();
  return load<u64>(ramAt(address));
}

export function physStore8(address: u64, value: u8): void {
  tick();
  store<u8>(ramAt(address), value);
}

export function physStore16(address: u64, value: u16): void {
  tick();
  store<u16>(ramAt(address), value);
}

export function physStore32(address: u64, value: u32): void {
  tick();
  store<u32>(ramAt(address), value);
}

export function physStore64(address: u64, value: u64): void {
  tick();
  store<u64>(ramAt(address), value);
}

// The model runs its CPUs in turns, so that no other CPU can come between a load and a store.

export function physCompareExchange64(address: u64, expected: u64, replacement: u64): u64 {
  tick();
  const at = ramAt(address);
  const found = load<u64>(at);
  if (found == expected) store<u64>(at, replacement);
  return found;
}

export function physAdd64(address: u64, delta: u64): u64 {
  tick();
  const at = ramAt(address);
  const found = load<u64>(at);
  store<u64>(at, found + delta);
  return found;
}

export function physAdd32(address: u64, delta: u32): u32 {
  tick();
  const at = ramAt(address);
  const found = load<u32>(at);
  store<u32>(at, found + delta);
  return found;
}

export function physExchange64(address: u64, replacement: u64): u64 {
  tick();
  const at = ramAt(address);
  const found = load<u64>(at);
  store<u64>(at, replacement);
  return found;
}

export function physOr64(address: u64, bits: u64): u64 {
  tick();
  const at = ramAt(address);
  const found = load<u64>(at);
  store<u64>(at, found | bits);
  return found;
}

export function physAnd64(address: u64, bits: u64): u64 {
  tick();
  const at = ramAt(address);
  const found = load<u64>(at);
  store<u64>(at, found & bits);
  return found;
}

export function frameZero(address: u64): void {
  tickFrame();
  if (!isUntouched(address)) memory.fill(ramAt(address), 0, <usize>FRAME_BYTES);
}

export function framesZero(address: u64, count: u64): void {
  for (let i: u64 = 0; i < count; i++) frameZero(address + i * FRAME_BYTES);
}

/** The model has no caches. */
export function framesZeroStreaming(address: u64, count: u64): void {
  framesZero(address, count);
}

export function frameCopy(to: u64, from: u64): void {
  tickFrame();
  memory.copy(ramAt(to), ramAt(from), <usize>FRAME_BYTES);
}

/** Bytes from `address` to the end of its frame, at most `length`. */
function withinFrame(address: u64, length: u64): u64 {
  return min(length, FRAME_BYTES - (address & (FRAME_BYTES - 1)));
}

export function physWrite(to: u64, from: usize, length: u32): void {
  let done: u32 = 0;
  while (done < length) {
    tickFrame();
    const part = <u32>withinFrame(to + done, length - done);
    memory.copy(ramAt(to + done), from + done, part);
    done += part;
  }
}

export function physRead(to: usize, from: u64, length: u32): void {
  let done: u32 = 0;
  while (done < length) {
    tickFrame();
    const part = <u32>withinFrame(from + done, length - done);
    memory.copy(to + done, ramAt(from + done), part);
    done += part;
  }
}

export function physCopy(to: u64, from: u64, length: u64): void {
  let done: u64 = 0;
  while (done < length) {
    tickFrame();
    const part = withinFrame(from + done, withinFrame(to + done, length - done));
    memory.copy(ramAt(to + done), ramAt(from + done), <usize>part);
    done += part;
  }
}

/** The model has no caches. */
export function physCopyStreaming(to: u64, from: u64, length: u64): void {
  physCopy(to, from, length);
}

export function frameCopyStreaming(to: u64, from: u64): void {
  frameCopy(to, from);
}

// Kernel words by virtual address lie within a page: the seam promises natural alignment.

export function kernelLoad8(address: u64): u8 {
  const at = kernelAddress(address, Access.READ);
  beforeLoad(at);
  return load<u8>(at);
}

export function kernelLoad16(address: u64): u16 {
  const at = kernelAddress(address, Access.READ);
  beforeLoad(at);
  return load<u16>(at);
}

export function kernelLoad32(address: u64): u32 {
  const at = kernelAddress(address, Access.READ);
  beforeLoad(at);
  return load<u32>(at);
}

export function kernelLoad64(address: u64): u64 {
  const at = kernelAddress(address, Access.READ);
  beforeLoad(at);
  return load<u64>(at);
}

export function kernelStore8(address: u64, value: u8): void {
  const at = kernelAddress(address, Access.WRITE);
  store<u8>(at, value);
  afterStore(at);
}

export function kernelStore16(address: u64, value: u16): void {
  const at = kernelAddress(address, Access.WRITE);
  store<u16>(at, value);
  afterStore(at);
}

export function kernelStore32(address: u64, value: u32): void {
  const at = kernelAddress(address, Access.WRITE);
  store<u32>(at, value);
  afterStore(at);
}

export function kernelStore64(address: u64, value: u64): void {
  const at = kernelAddress(address, Access.WRITE);
  store<u64>(at, value);
  afterStore(at);
}
