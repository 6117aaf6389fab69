/**
 * ACPI tables that the kernel asks for (ACPI 6.5 §5.2). Firmware that has none, or whose checksums are wrong, boots all the same: the
 * kernel gets 0, and the agent says so.
 */
import { endLine, hex, startLine, text } from "./console";
import { load64, load8 } from "./firmware";
import { Acpi1Guid, Acpi2Guid, isGuid } from "./uefi/guids";
import { descriptorCount, descriptorPages, descriptorStart } from "./uefi/memory-map";
import { PAGE_BYTES } from "./uefi/pages";
import { system } from "./uefi/system";
import { CONFIGURATION_BYTES, ConfigurationAt, SystemTableAt } from "./uefi/tables";

/** RSDP, §5.2.5.3. */
namespace RsdpAt {
  export const revision: u64 = 15;
  export const rsdt: u64 = 16;
  export const length: u64 = 20;
  export const xsdt: u64 = 24;
}
const RSDP_SIGNATURE: u64 = 0x2052_5450_2044_5352; // "RSD PTR "
const RSDP_1_BYTES: u64 = 20;
const RSDP_2_BYTES: u64 = 36;

/** DESCRIPTION_HEADER, §5.2.6. */
namespace HeaderAt {
  export const length: u64 = 4;
}
const HEADER_BYTES: u64 = 36;
/** No table is longer; a longer one is a broken header. */
const MAX_TABLE_BYTES: u64 = 0x100_0000;

namespace Signature {
  export const MADT: u32 = 0x4349_5041; // "APIC"
  export const SRAT: u32 = 0x5441_5253;
  export const SLIT: u32 = 0x5449_4c53;
  export const HPET: u32 = 0x5445_5048;
  export const RSDT: u32 = 0x5444_5352;
  export const XSDT: u32 = 0x5444_5358;
}

let rsdpAddress: u64 = 0;
let madtAddress: u64 = 0;
let sratAddress: u64 = 0;
let slitAddress: u64 = 0;
let hpetAddress: u64 = 0;

export function rsdp(): u64 {
  return rsdpAddress;
}
export function madt(): u64 {
  return madtAddress;
}
export function srat(): u64 {
  return sratAddress;
}
export function slit(): u64 {
  return slitAddress;
}
export function hpet(): u64 {
  return hpetAddress;
}

/** Needs the memory map: an address that it does not list is not read from. */
export function findAcpi(): void {
  const found = findRsdp();
  if (found == 0) return ignore("no ACPI tables", 0);
  if (!isRsdpValid(found)) return ignore("ignoring the ACPI root pointer, which is damaged, at ", found);
  rsdpAddress = found;
  const hasXsdt = load8(found + RsdpAt.revision) >= 2 && word64(found + RsdpAt.xsdt) != 0;
  if (hasXsdt) readRoot(word64(found + RsdpAt.xsdt), Signature.XSDT, 8);
  else readRoot(word32(found + RsdpAt.rsdt), Signature.RSDT, 4);
}

/** The newer of the two that the configuration tables may name (UEFI 2.10 §4.6). */
function findRsdp(): u64 {
  const count = load64(system() + SystemTableAt.configurationCount);
  const tables = load64(system() + SystemTableAt.configurations);
  let old: u64 = 0;
  for (let i: u64 = 0; i < count; i++) {
    const at = tables + i * CONFIGURATION_BYTES;
    const table = load64(at + ConfigurationAt.table);
    if (isGuid(at, Acpi2Guid.LOW, Acpi2Guid.HIGH)) return table;
    if (isGuid(at, Acpi1Guid.LOW, Acpi1Guid.HIGH)) old = table;
  }
  return old;
}

function isRsdpValid(at: u64): bool {
  if (!isDescribed(at, RSDP_1_BYTES) || word64(at) != RSDP_SIGNATURE || !sumsToZero(at, RSDP_1_BYTES)) return false;
  if (load8(at + RsdpAt.revision) < 2) return true;
  const length: u64 = word32(at + RsdpAt.length);
  if (length < RSDP_2_BYTES || length > PAGE_BYTES) return false;
  return isDescribed(at, length) && sumsToZero(at, length);
}

/** RSDT and XSDT, §5.2.7 and §5.2.8: a header, then addresses of `entryBytes` each, not naturally aligned. */
function readRoot(at: u64, signature: u32, entryBytes: u64): void {
  if (!isTableValid(at) || word32(at) != signature)
    return ignore("ignoring the ACPI root table, which is damaged, at ", at);
  const end = at + word32(at + HeaderAt.length);
  for (let entry = at + HEADER_BYTES; entry + entryBytes <= end; entry += entryBytes) {
    considerTable(entryBytes == 8 ? word64(entry) : word32(entry));
  }
}

function considerTable(at: u64): void {
  if (!isDescribed(at, HEADER_BYTES)) return;
  const signature = word32(at);
  if (!isWanted(signature)) return;
  if (!isTableValid(at)) return ignore("ignoring an ACPI table whose checksum is wrong, at ", at);
  if (signature == Signature.MADT) madtAddress = at;
  else if (signature == Signature.SRAT) sratAddress = at;
  else if (signature == Signature.SLIT) slitAddress = at;
  else hpetAddress = at;
}

function isWanted(signature: u32): bool {
  if (signature == Signature.MADT || signature == Signature.HPET) return true;
  return signature == Signature.SRAT || signature == Signature.SLIT;
}

function isTableValid(at: u64): bool {
  if (!isDescribed(at, HEADER_BYTES)) return false;
  const length: u64 = word32(at + HeaderAt.length);
  return length >= HEADER_BYTES && length <= MAX_TABLE_BYTES && isDescribed(at, length) && sumsToZero(at, length);
}

function sumsToZero(at: u64, byteCount: u64): bool {
  let sum: u32 = 0;
  for (let i: u64 = 0; i < byteCount; i++) sum += load8(at + i);
  return (sum & 0xff) == 0;
}

/** Firmware need not align tables, nor does the XSDT align its entries: words are read by the byte. */
function word32(at: u64): u32 {
  return load8(at) | (load8(at + 1) << 8) | (load8(at + 2) << 16) | (load8(at + 3) << 24);
}

function word64(at: u64): u64 {
  return (<u64>word32(at)) | ((<u64>word32(at + 4)) << 32);
}

/** Whether one descriptor of the memory map, of whatever type, has all of these bytes. */
function isDescribed(at: u64, byteCount: u64): bool {
  const count = descriptorCount();
  for (let i: u64 = 0; i < count; i++) {
    const start = descriptorStart(i);
    const size = descriptorPages(i) * PAGE_BYTES;
    if (at >= start && byteCount <= size && at - start <= size - byteCount) return true;
  }
  return false;
}

function ignore(what: string, at: u64): void {
  startLine();
  text(what);
  if (at != 0) hex(at);
  endLine();
}
