/**
 * The first memory that the agent has, before it can allocate any.
 *
 *     byte  size  use
 *        0    64  out-parameters of firmware calls
 *       64    32  GUIDs
 *      128   640  one file path, UTF-16
 *     1024  1024  EFI_FILE_INFO
 *     2048  2048  one line of console text, UTF-16
 *     4096        end
 */
import { load64, scratch, store64 } from "./firmware";

export namespace ScratchAt {
  export const out: u64 = 0;
  export const guid: u64 = 64;
  export const path: u64 = 128;
  export const fileInfo: u64 = 1024;
  export const line: u64 = 2048;
}
export const PATH_BYTES: u64 = 640;
export const FILE_INFO_BYTES: u64 = 1024;
export const LINE_BYTES: u64 = 2048;

/** Address of out-parameter `index` (0–7). */
export function outAddress(index: u64): u64 {
  return scratch() + ScratchAt.out + index * 8;
}

/** What a firmware call left in out-parameter `index`. */
export function out(index: u64): u64 {
  return load64(outAddress(index));
}

export function setOut(index: u64, value: u64): u64 {
  store64(outAddress(index), value);
  return outAddress(index);
}
