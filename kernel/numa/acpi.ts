import { physRead } from "platform";
import { isRamThroughout } from "../memory-map/ram";
import { noteOddity } from "./oddities";
import { Oddity } from "./oddity";

/**
 * ACPI tables (ACPI 6.5 §5.2.6), by copying: nothing about their place is believed, alignment included. One table is open at a time,
 * and of its entries one is at hand.
 *
 *     byte  size  DESCRIPTION_HEADER
 *        0     4  signature
 *        4     4  length      of the whole table
 *        8     1  revision
 *        9     1  checksum    all bytes of the table sum to 0
 *       10    26  who made it
 *       36        end
 */
export namespace Signature {
  export const MADT: u32 = 0x4349_5041; // "APIC"
  export const SRAT: u32 = 0x5441_5253;
  export const SLIT: u32 = 0x5449_4c53;
  export const HPET: u32 = 0x5445_5048;
}
export const HEADER_BYTES: u32 = 36;
/** No table is longer; a longer one is a broken header. */
const MAX_TABLE_BYTES: u32 = 0x100_0000;

const CHUNK_BYTES: u32 = 256;
/** The header, then parts of the table, then the entry at hand. */
const buffer = memory.data(256, 8);

let tableAddress: u64 = 0;
let tableBytes: u32 = 0;
let revision: u32 = 0;
/** Offset of the entry after the one at hand. */
let next: u32 = 0;

/** Opens the table at `address` if it is sound and has `leastBytes`; else notes why not. Address 0 is no table. Needs the memory map. */
export function openTable(address: u64, signature: u32, leastBytes: u32): bool {
  if (address == 0) return false;
  const oddity = checkTable(address, signature, leastBytes);
  if (oddity < 0) return true;
  noteOddity(oddity, address);
  return false;
}

/** An Oddity, or -1. */
function checkTable(address: u64, signature: u32, leastBytes: u32): i32 {
  if (!isRamThroughout(address, HEADER_BYTES)) return Oddity.TABLE_OUTSIDE_RAM;
  physRead(buffer, address, HEADER_BYTES);
  tableAddress = address;
  tableBytes = load<u32>(buffer, 4);
  revision = load<u8>(buffer, 8);
  const isPlausible = tableBytes >= leastBytes && tableBytes <= MAX_TABLE_BYTES;
  if (load<u32>(buffer) != signature || !isPlausible) return Oddity.TABLE_DAMAGED;
  if (!isRamThroughout(address, tableBytes)) return Oddity.TABLE_OUTSIDE_RAM;
  return sumOfBytes() == 0 ? -1 : Oddity.TABLE_CHECKSUM;
}

function sumOfBytes(): u8 {
  let sum: u8 = 0;
  for (let at: u32 = 0; at < tableBytes; at += CHUNK_BYTES) {
    const part = min<u32>(CHUNK_BYTES, tableBytes - at);
    physRead(buffer, tableAddress + at, part);
    for (let i: u32 = 0; i < part; i++) sum += load<u8>(buffer + i);
  }
  return sum;
}

export function tableRevision(): u32 {
  return revision;
}

export function tableLength(): u32 {
  return tableBytes;
}

/** The byte at offset `at` of the open table, below its length. */
export function tableByte(at: u32): u32 {
  physRead(buffer, tableAddress + at, 1);
  return load<u8>(buffer);
}

export function tableWord(at: u32): u64 {
  physRead(buffer, tableAddress + at, 8);
  return load<u64>(buffer);
}

/** Entries of the open table begin at offset `at`: each a type, a length, and the rest. */
export function beginEntries(at: u32): void {
  next = at;
}

/** Takes the next entry to hand; false after the last. */
export function nextEntry(): bool {
  if (next >= tableBytes) return false;
  const at = tableAddress + next;
  const room = tableBytes - next;
  physRead(buffer, at, min<u32>(2, room));
  if (room < 2 || entryBytes() < 2 || entryBytes() > room) {
    noteOddity(Oddity.ENTRY_LENGTH, at);
    next = tableBytes;
    return false;
  }
  physRead(buffer, at, entryBytes());
  next += entryBytes();
  return true;
}

/** Has the entry at hand the `bytes` of its type? One that is longer is of a later revision. */
export function entryHas(bytes: u32): bool {
  if (entryBytes() < bytes) noteOddity(Oddity.ENTRY_SHORT, tableAddress + next - entryBytes());
  return entryBytes() >= bytes;
}

export function entryType(): u32 {
  return load<u8>(buffer);
}

function entryBytes(): u32 {
  return load<u8>(buffer, 1);
}

export function entryByte(at: u32): u32 {
  return load<u8>(buffer + at);
}

export function entryHalf(at: u32): u32 {
  return load<u32>(buffer + at);
}

export function entryWord(at: u32): u64 {
  return load<u64>(buffer + at);
}
