import { physAdd64, physLoad8, physStore8 } from "./memory";

/** The model reaches physical memory directly: a place is an address. */
export function directAddress(address: u64): u64 {
  return address;
}

export function directLoad8(at: u64): u8 {
  return physLoad8(at);
}

export function directStore8(at: u64, value: u8): void {
  physStore8(at, value);
}

export function directAdd64(at: u64, delta: u64): u64 {
  return physAdd64(at, delta);
}
