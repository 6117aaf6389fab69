/**
 * User memory, by virtual address in the current space. Copies stop at the first byte that faults, with nothing partial inside
 * a byte, and return how many bytes were copied; SMAP is open only inside. The caller has checked that the range is in the user half.
 */
import { linearAddress, userCopy } from "./native";

export function copyFromUser(to: usize, from: u64, length: u32): u32 {
  return userCopy(linearAddress(to), from, length);
}

export function copyToUser(to: u64, from: usize, length: u32): u32 {
  return userCopy(to, linearAddress(from), length);
}
