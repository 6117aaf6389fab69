import { cannotBack, noMemory } from "../host";

/**
 * Modelled RAM. It is sparse: physical memory is divided into chunks of 2 MiB, and a chunk gets real memory (from `memory.grow`, so
 * it starts as zeros) when it is first touched. A machine of 64 GiB costs what it uses.
 *
 *     physical address   40      21 20             0
 *                        +---------+---------------+
 *                        |  chunk  |    offset     |
 *                        +---------+---------------+
 *     whole[chunk]   linear address of the chunk's bytes, if it has some and all of it is RAM; else 0
 *     backed[chunk]  linear address of the chunk's bytes, if it has some; else 0
 *
 * The usual access is one load from `whole` and one from memory. Every other case takes the slow way, which knows what is RAM.
 */
const CHUNK_SHIFT: u64 = 21;
const CHUNK_BYTES: u64 = 0x20_0000;
const CHUNK_WASM_PAGES: i32 = 32;
/** The model has no memory above this many address bits; CPUID says so as MAXPHYADDR. */
export const RAM_ADDRESS_BITS: u64 = 40;
const TABLE_BYTES: i32 = 0x20_0000;
const WASM_PAGE_SHIFT: i32 = 16;

/** Addresses of the two tables in linear memory. They cost what is touched of them. */
const whole: usize = (<usize>memory.grow((2 * TABLE_BYTES) >> WASM_PAGE_SHIFT)) << WASM_PAGE_SHIFT;
const backed: usize = whole + TABLE_BYTES;

/** The declared ranges: pairs of u64, first byte and last byte. */
const MAX_RANGES: i32 = 2048;
const ranges = memory.data(32768, 8);
let rangeCount: i32 = 0;

/**
 * Says that there is RAM from `first` on. Ranges may touch or overlap. Returns 1, or 0 if there are too many ranges or the range
 * reaches beyond the address bits of the model.
 */
export function ramDeclare(first: u64, bytes: u64): u32 {
  if (bytes == 0) return 1;
  const last = first + (bytes - 1);
  if (last < first || last >> RAM_ADDRESS_BITS != 0) return 0;
  if (rangeCount > 0 && rangeLast(rangeCount - 1) + 1 == first) {
    store<u64>(ranges + ((rangeCount - 1) << 4), last, 8);
    return 1;
  }
  if (rangeCount == MAX_RANGES) return 0;
  store<u64>(ranges + (rangeCount << 4), first);
  store<u64>(ranges + (rangeCount << 4), last, 8);
  rangeCount += 1;
  return 1;
}

function rangeFirst(index: i32): u64 {
  return load<u64>(ranges + (index << 4));
}

function rangeLast(index: i32): u64 {
  return load<u64>(ranges + (index << 4), 8);
}

/** True if every byte from `first` to `last` is declared, in one range. */
function isDeclared(first: u64, last: u64): bool {
  for (let index = 0; index < rangeCount; index++) {
    if (rangeFirst(index) <= first && last <= rangeLast(index)) return true;
  }
  return false;
}

/** True if there is memory at `address`. */
export function isRam(address: u64): bool {
  return isDeclared(address, address);
}

/**
 * The linear address of the byte of RAM at `address`; its word, and its frame, follow without a break. Where there is no memory it
 * does not return.
 */
// @ts-ignore: decorator
@inline
export function ramAt(address: u64): usize {
  if (address >> RAM_ADDRESS_BITS == 0) {
    const base = load<u32>(whole + ((<usize>(address >> CHUNK_SHIFT)) << 2));
    if (base != 0) return base + ((<usize>address) & (<usize>(CHUNK_BYTES - 1)));
  }
  return ramAtSlowly(address);
}

function ramAtSlowly(address: u64): usize {
  if (!isRam(address)) {
    noMemory(address);
    unreachable();
  }
  const slot = (<usize>(address >> CHUNK_SHIFT)) << 2;
  let base: usize = load<u32>(backed + slot);
  if (base == 0) base = backChunk(address, slot);
  return base + ((<usize>address) & (<usize>(CHUNK_BYTES - 1)));
}

function backChunk(address: u64, slot: usize): usize {
  const page = memory.grow(CHUNK_WASM_PAGES);
  if (page < 0) {
    cannotBack(address);
    unreachable();
  }
  const base = (<usize>page) << WASM_PAGE_SHIFT;
  store<u32>(backed + slot, base);
  const first = address & ~(CHUNK_BYTES - 1);
  if (isDeclared(first, first + (CHUNK_BYTES - 1))) store<u32>(whole + slot, base);
  return base;
}

/** True if the chunk of `address` is RAM that nothing has touched: it reads as zeros. */
export function isUntouched(address: u64): bool {
  if (!isRam(address)) return false;
  return load<u32>(backed + ((<usize>(address >> CHUNK_SHIFT)) << 2)) == 0;
}
