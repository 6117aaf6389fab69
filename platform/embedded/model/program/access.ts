import { tick } from "../cpu/time";
import { PAGE_MASK, tlbSlot } from "../mmu/tlb";
import { lookupBase } from "./lookup";
import { loadSlowly, storeSlowly } from "./slow-access";

/**
 * The loads and stores of programs. Compared is the tag of the page that holds the *last* byte with the entry for the page that holds
 * the first: they differ for an access that runs into the next page, which has another slot, and the access goes the slow way.
 */

export function userLoad8(address: u64): u8 {
  const entry = tlbSlot(lookupBase(), address);
  if (entry.readTag != (address | PAGE_MASK)) return <u8>loadSlowly(address, 1);
  tick();
  return load<u8>(<usize>entry.host + <usize>(address & PAGE_MASK));
}

export function userLoad16(address: u64): u16 {
  const entry = tlbSlot(lookupBase(), address);
  if (entry.readTag != ((address + 1) | PAGE_MASK)) return <u16>loadSlowly(address, 2);
  tick();
  return load<u16>(<usize>entry.host + <usize>(address & PAGE_MASK));
}

export function userLoad32(address: u64): u32 {
  const entry = tlbSlot(lookupBase(), address);
  if (entry.readTag != ((address + 3) | PAGE_MASK)) return <u32>loadSlowly(address, 4);
  tick();
  return load<u32>(<usize>entry.host + <usize>(address & PAGE_MASK));
}

export function userLoad64(address: u64): u64 {
  const entry = tlbSlot(lookupBase(), address);
  if (entry.readTag != ((address + 7) | PAGE_MASK)) return loadSlowly(address, 8);
  tick();
  return load<u64>(<usize>entry.host + <usize>(address & PAGE_MASK));
}

export function userStore8(address: u64, value: u8): void {
  const entry = tlbSlot(lookupBase(), address);
  if (entry.writeTag != (address | PAGE_MASK)) return storeSlowly(address, 1, value);
  tick();
  store<u8>(<usize>entry.host + <usize>(address & PAGE_MASK), value);
}

export function userStore16(address: u64, value: u16): void {
  const entry = tlbSlot(lookupBase(), address);
  if (entry.writeTag != ((address + 1) | PAGE_MASK)) return storeSlowly(address, 2, value);
  tick();
  store<u16>(<usize>entry.host + <usize>(address & PAGE_MASK), value);
}

export function userStore32(address: u64, value: u32): void {
  const entry = tlbSlot(lookupBase(), address);
  if (entry.writeTag != ((address + 3) | PAGE_MASK)) return storeSlowly(address, 4, value);
  tick();
  store<u32>(<usize>entry.host + <usize>(address & PAGE_MASK), value);
}

export function userStore64(address: u64, value: u64): void {
  const entry = tlbSlot(lookupBase(), address);
  if (entry.writeTag != ((address + 7) | PAGE_MASK)) return storeSlowly(address, 8, value);
  tick();
  store<u64>(<usize>entry.host + <usize>(address & PAGE_MASK), value);
}
