import {
  beginEntries,
  entryByte,
  entryHalf,
  entryHas,
  entryType,
  HEADER_BYTES,
  nextEntry,
  openTable,
  Signature,
} from "./acpi";
import { ownApicId } from "./boot-cpu";
import { CpuState } from "./cpu-state";
import { addCpu, forgetCpus } from "./cpus";
import { noteOddity } from "./oddities";
import { Oddity } from "./oddity";

/**
 * Which processors there are: the MADT (ACPI 6.5 §5.2.12), whose entries begin after the header and 8 bytes more.
 *
 *     type 0, local APIC, §5.2.12.2          type 9, local x2APIC, §5.2.12.12
 *     byte  size                             byte  size
 *        2     1  processor UID                 2     2  reserved
 *        3     1  APIC id                       4     4  x2APIC id
 *        4     4  flags: CpuState               8     4  flags: CpuState
 *        8        end                          12     4  processor UID
 *                                              16        end
 */
const ENTRIES_AT: u32 = HEADER_BYTES + 8;
namespace EntryType {
  export const LOCAL_APIC: u32 = 0;
  export const LOCAL_X2APIC: u32 = 9;
}
/** Processors with neither bit are to be ignored. */
const PRESENT: u32 = CpuState.ENABLED | CpuState.ONLINE_CAPABLE;

let bootApicId: u32 = 0;
let isBootCpuListed: bool = false;

/** Fills the table of processors: with the one that runs this alone, if there is no sound MADT at `address`. */
export function readCpus(address: u64): void {
  bootApicId = ownApicId();
  isBootCpuListed = false;
  forgetCpus(bootApicId);
  if (!openTable(address, Signature.MADT, ENTRIES_AT)) return;
  beginEntries(ENTRIES_AT);
  while (nextEntry()) readEntry();
  if (!isBootCpuListed) noteOddity(Oddity.BOOT_CPU_UNLISTED, bootApicId);
}

function readEntry(): void {
  if (entryType() == EntryType.LOCAL_APIC && entryHas(8)) list(entryByte(3), entryHalf(4) & PRESENT);
  else if (entryType() == EntryType.LOCAL_X2APIC && entryHas(16)) list(entryHalf(4), entryHalf(8) & PRESENT);
}

function list(apicId: u32, state: u32): void {
  if (state == 0) return;
  if (apicId != bootApicId || isBootCpuListed) return addCpu(apicId, state);
  // It is in the table already.
  isBootCpuListed = true;
}
