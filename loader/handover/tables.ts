/**
 * Four-level page tables (SDM 3A 4.5) in one block of zeroed frames, for the way from the firmware's tables to the kernel's own.
 * Every mapping is supervisor-only, writable and executable: EFER.NXE may be off, and then XD is a reserved bit.
 */
import { cpuid, load64, store64 } from "../firmware";
import { allocateZeroed } from "../memory";
import { PAGE_BYTES } from "../uefi/pages";
import { GIGABYTE, LARGE_PAGE_BYTES } from "../zones";

const PRESENT_WRITABLE: u64 = 3;
/** PS: this entry maps a large page. SDM 3A tables 4-15 and 4-17. */
const LARGE: u64 = 0x80;
const ADDRESS_BITS: u64 = 0x000f_ffff_ffff_f000;
const ENTRY_COUNT: u64 = 512;
const ROOT_SHIFT: u64 = 39;
const ROOT_ENTRY_BYTES: u64 = 0x80_0000_0000;

let block: u64 = 0;
let blockFrames: u64 = 0;
let usedFrames: u64 = 0;
let hasGigabytePages: bool = false;

/** The root table; also where the block starts. */
export function rootTable(): u64 {
  return block;
}
export function tablesBytes(): u64 {
  return blockFrames * PAGE_BYTES;
}

/** CPUID.80000001H:EDX[26]. */
export function detectPageSizes(): void {
  hasGigabytePages = cpuid(0x8000_0000, 0, 0) >= 0x8000_0001 && (cpuid(0x8000_0001, 0, 3) & (1 << 26)) != 0;
}

/** How many tables below the root `mapRange` needs for these pages, if none of them is there yet. */
export function tablesFor(virtual: u64, byteCount: u64): u64 {
  const partialGigabytes = partialBlocks(virtual, byteCount, GIGABYTE);
  const directories = hasGigabytePages ? partialGigabytes : blocks(virtual, byteCount, GIGABYTE);
  return (
    blocks(virtual, byteCount, ROOT_ENTRY_BYTES) + directories + partialBlocks(virtual, byteCount, LARGE_PAGE_BYTES)
  );
}

/** Blocks of `size` that the range touches. */
function blocks(virtual: u64, byteCount: u64, size: u64): u64 {
  return (virtual + byteCount - 1) / size - virtual / size + 1;
}

/** Blocks of `size` that the range touches but does not fill: two at most, at its ends. */
function partialBlocks(virtual: u64, byteCount: u64, size: u64): u64 {
  const last = virtual + byteCount - 1;
  const startsInside = virtual % size != 0;
  const endsInside = (last + 1) % size != 0;
  if (virtual / size == last / size) return startsInside || endsInside ? 1 : 0;
  return <u64>startsInside + <u64>endsInside;
}

/** Takes the memory for a root and `tableCount` tables below it. */
export function allocateTables(tableCount: u64): void {
  blockFrames = tableCount + 1;
  block = allocateZeroed(blockFrames, "handover page tables");
  usedFrames = 1;
}

/** The lower half as the tables at `cr3` have it: the agent itself runs there, one to one. */
export function copyLowerHalf(cr3: u64): void {
  const from = cr3 & ADDRESS_BITS;
  for (let i: u64 = 0; i < ENTRY_COUNT / 2; i++) store64(block + i * 8, load64(from + i * 8));
}

/** Maps with the largest pages that fit. Addresses and size are multiples of 4 KiB; nothing there is mapped yet. */
export function mapRange(virtual: u64, physical: u64, byteCount: u64): void {
  for (let done: u64 = 0; done < byteCount;) {
    const size = pageSizeFor(virtual + done, physical + done, byteCount - done);
    mapPage(virtual + done, physical + done, size);
    done += size;
  }
}

function pageSizeFor(virtual: u64, physical: u64, room: u64): u64 {
  const alignment = virtual | physical;
  if (hasGigabytePages && room >= GIGABYTE && alignment % GIGABYTE == 0) return GIGABYTE;
  return room >= LARGE_PAGE_BYTES && alignment % LARGE_PAGE_BYTES == 0 ? LARGE_PAGE_BYTES : PAGE_BYTES;
}

function mapPage(virtual: u64, physical: u64, size: u64): void {
  let table = block;
  let shift = ROOT_SHIFT;
  for (; (<u64>1) << shift > size; shift -= 9) table = tableBelow(entryAddress(table, virtual, shift));
  store64(entryAddress(table, virtual, shift), physical | PRESENT_WRITABLE | (size == PAGE_BYTES ? 0 : LARGE));
}

function entryAddress(table: u64, virtual: u64, shift: u64): u64 {
  return table + ((virtual >> shift) & (ENTRY_COUNT - 1)) * 8;
}

/** The table that an entry refers to, made if need be. The block has room: `tablesFor` counted every table at least once. */
function tableBelow(entry: u64): u64 {
  const found = load64(entry);
  if (found & 1) return found & ADDRESS_BITS;
  assert(usedFrames < blockFrames);
  const made = block + usedFrames * PAGE_BYTES;
  usedFrames += 1;
  store64(entry, made | PRESENT_WRITABLE);
  return made;
}
