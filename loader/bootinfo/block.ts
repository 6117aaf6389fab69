/**
 * The block of pages that holds `bootinfo_t` and its arrays (kernel/bootinfo/layout.ts):
 *
 *     byte  size  what
 *        0   216  the header
 *      256   256  segments, MAX_SEGMENTS of SEGMENT_BYTES
 *      512  4096  modules, MAX_MODULES of MODULE_BYTES
 *     4608        end
 */
import { BootinfoAt, MAX_MODULES, MODULE_BYTES, SEGMENT_BYTES } from "../../kernel/bootinfo/layout";
import { load8, store32, store64, store8 } from "../firmware";
import { allocateZeroed } from "../memory";
import { pagesFor } from "../uefi/pages";

const SEGMENTS_AT: u64 = 256;
const MODULES_AT: u64 = 512;

let block: u64 = 0;
let segmentCount: u32 = 0;
let moduleCount: u32 = 0;

export function bootinfo(): u64 {
  return block;
}

export function allocateBootinfo(): void {
  block = allocateZeroed(pagesFor(MODULES_AT + <u64>MAX_MODULES * MODULE_BYTES), "bootinfo");
}

export function addSegmentInfo(virtual: u64, physical: u64, byteCount: u64, rights: u32): void {
  const at = block + SEGMENTS_AT + segmentCount * SEGMENT_BYTES;
  store64(at, virtual);
  store64(at + 8, physical);
  store64(at + 16, byteCount);
  store32(at + 24, rights);
  segmentCount += 1;
}

export function addModuleInfo(physical: u64, byteCount: u64, name: u64, nameBytes: u64): void {
  const at = block + MODULES_AT + moduleCount * MODULE_BYTES;
  store64(at, physical);
  store64(at + 8, byteCount);
  for (let i: u64 = 0; i < nameBytes; i++) store8(at + 16 + i, load8(name + i));
  moduleCount += 1;
}

/** Where the arrays are and how long they have become. */
export function fillArrays(): void {
  put64(BootinfoAt.kernelSegments, block + SEGMENTS_AT);
  put32(BootinfoAt.kernelSegmentCount, segmentCount);
  put32(BootinfoAt.moduleCount, moduleCount);
  put64(BootinfoAt.modules, block + MODULES_AT);
}

export function put64(field: u64, value: u64): void {
  store64(block + field, value);
}

export function put32(field: u64, value: u32): void {
  store32(block + field, value);
}
