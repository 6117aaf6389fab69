import { cpuid } from "platform";
import { PAGE_SHIFT } from "../address/pages";
import { ADDRESS_SIZES, addressBits, EXTENDED_LEAVES, ramPageLimit } from "../bootinfo/efi-memory";

const EAX: u32 = 0;

function physicalAddressBits(): u64 {
  return addressBits(cpuid(EXTENDED_LEAVES, 0, EAX), cpuid(ADDRESS_SIZES, 0, EAX));
}

/** One past the last page number that an address of this CPU can have. */
export function physicalPages(): u64 {
  return ((<u64>1) << physicalAddressBits()) >> PAGE_SHIFT;
}

/** RAM ends at or below this page number: `ramPageLimit` for this CPU. */
export function ramPages(): u64 {
  return ramPageLimit(physicalAddressBits());
}
