import { alignUp, PAGE_BYTES } from "../address/pages";
import {
  beginEntries,
  entryByte,
  entryHalf,
  entryHas,
  entryType,
  entryWord,
  HEADER_BYTES,
  nextEntry,
  openTable,
  Signature,
  tableRevision,
} from "./acpi";
import { cpuApicId, cpuCount, cpuDomain, cpuHasDomain, findCpu, NO_CPU, setCpuDomain } from "./cpus";
import { addDomain, forgetDomains, nodeOfDomain, NO_NODE } from "./domains";
import {
  addMemoryRange,
  dropMemoryRange,
  forgetMemoryRanges,
  holdsRam,
  memoryRangeCount,
  memoryRangeDomain,
  MEMORY_RANGE_CAPACITY,
  overlapsOther,
  setMemoryRangeNode,
} from "./memory-ranges";
import { noteOddity } from "./oddities";
import { Oddity } from "./oddity";

/**
 * Which domain memory and processors belong to: the SRAT (ACPI 6.5 §5.2.16), whose entries begin after the header and 12 bytes more.
 * Other types (interrupt controllers, devices) say nothing about memory or processors.
 *
 *     type 0, local APIC      type 1, memory            type 2, local x2APIC
 *     byte  size              byte  size                byte  size
 *        2     1  domain 7:0     2     4  domain           2     2  reserved
 *        3     1  APIC id        6     2  reserved         4     4  domain
 *        4     4  flags          8     8  first byte       8     4  x2APIC id
 *        8     1  SAPIC EID     16     8  bytes           12     4  flags
 *        9     3  domain 31:8   24     4  reserved        16     4  clock domain
 *       12     4  clock domain  28     4  flags           20     4  reserved
 *       16        end           32     8  reserved        24        end
 *                               40        end
 */
const ENTRIES_AT: u32 = HEADER_BYTES + 12;
namespace EntryType {
  export const LOCAL_APIC: u32 = 0;
  export const MEMORY: u32 = 1;
  export const LOCAL_X2APIC: u32 = 2;
}
/** The one flag of processors, and of memory the first. */
const ENABLED: u32 = 1;
/** Memory that may come later, or that is no RAM for everyone: it need not be in the memory map. */
const HOT_PLUGGABLE: u32 = 2;
const NON_VOLATILE: u32 = 4;
/** Revision 1, of ACPI 2.0, had 8 bits of domain; the rest is not zero everywhere. */
const WIDE_DOMAINS: u32 = 2;

/** Fills the tables of domains and memory ranges, and gives processors their domains. False if there is no SRAT that names RAM. */
export function readAffinities(address: u64): bool {
  forgetMemoryRanges();
  forgetDomains();
  if (!openTable(address, Signature.SRAT, ENTRIES_AT)) return false;
  beginEntries(ENTRIES_AT);
  while (nextEntry()) readEntry();
  if (memoryRangeCount() == 0) {
    noteOddity(Oddity.NO_MEMORY, address);
    return false;
  }
  nameNodes();
  return true;
}

function readEntry(): void {
  const type = entryType();
  if (type == EntryType.LOCAL_APIC && entryHas(16)) readLocalApic();
  else if (type == EntryType.MEMORY && entryHas(40)) readMemory();
  else if (type == EntryType.LOCAL_X2APIC && entryHas(24)) readLocalX2Apic();
}

function readLocalApic(): void {
  if ((entryHalf(4) & ENABLED) != 0) readCpu(entryByte(3), domain(entryByte(2) | ((entryHalf(8) >> 8) << 8)));
}

function readLocalX2Apic(): void {
  if ((entryHalf(12) & ENABLED) != 0) readCpu(entryHalf(8), domain(entryHalf(4)));
}

function domain(read: u32): u32 {
  return tableRevision() < WIDE_DOMAINS ? read & 0xff : read;
}

/** Processors that the MADT does not list do not exist. */
function readCpu(apicId: u32, domain: u32): void {
  const cpu = findCpu(apicId);
  if (cpu != NO_CPU) setCpuDomain(cpu, domain);
}

function readMemory(): void {
  const flags = entryHalf(28);
  if ((flags & ENABLED) == 0) return;
  const start = entryWord(8);
  const bytes = entryWord(16);
  if (start + bytes < start || start + bytes > MAX_BYTE) return noteOddity(Oddity.RANGE_WRAPPING, start);
  const first = alignUp(start, PAGE_BYTES);
  const end = alignUp(start + bytes, PAGE_BYTES);
  if (first != start || end != start + bytes) noteOddity(Oddity.RANGE_MISALIGNED, start);
  if (first >= end) return noteOddity(Oddity.RANGE_EMPTY, start);
  const mayLackRam = (flags & (HOT_PLUGGABLE | NON_VOLATILE)) != 0;
  if (holdsRam(first, end - 1)) addRange(first, end - 1, domain(entryHalf(2)));
  else if (!mayLackRam) noteOddity(Oddity.RANGE_WITHOUT_RAM, start);
}
/** The last multiple of a page that 64 bits hold. */
const MAX_BYTE: u64 = 0xffff_ffff_ffff_f000;

function addRange(first: u64, last: u64, domain: u32): void {
  if (memoryRangeCount() == MEMORY_RANGE_CAPACITY) return noteOddity(Oddity.TOO_MANY_RANGES, first);
  if (overlapsOther(first, last, domain)) noteOddity(Oddity.RANGE_OVERLAP, first);
  addMemoryRange(first, last, domain);
}

/** Domains with RAM or a processor become nodes; ranges of the others, if there are too many, are dropped. */
function nameNodes(): void {
  for (let i: u32 = 0; i < memoryRangeCount(); i++) addDomain(memoryRangeDomain(i));
  for (let i: u32 = 0; i < cpuCount(); i++) if (cpuHasDomain(i)) addDomain(cpuDomain(i));
  for (let i = memoryRangeCount(); i > 0; i--) {
    const node = nodeOfDomain(memoryRangeDomain(i - 1));
    if (node == NO_NODE) dropMemoryRange(i - 1);
    else setMemoryRangeNode(i - 1, node);
  }
  for (let i: u32 = 0; i < cpuCount(); i++) {
    const hasNode = cpuHasDomain(i) && nodeOfDomain(cpuDomain(i)) != NO_NODE;
    if (!hasNode) noteOddity(Oddity.CPU_WITHOUT_NODE, cpuApicId(i));
  }
}
