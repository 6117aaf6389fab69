import { cpuid } from "platform";
import { PAGE_SHIFT } from "../address/pages";

const EXTENDED: u32 = 0x8000_0000;
const ADDRESS_SIZES: u32 = 0x8000_0008;
const EAX: u32 = 0;

/** SDM 3A 4.1.4: 36 where CPUID does not say, never more than 52. */
function physicalAddressBits(): u64 {
  if (cpuid(EXTENDED, 0, EAX) < ADDRESS_SIZES) return 36;
  return min<u64>(cpuid(ADDRESS_SIZES, 0, EAX) & 0xff, 52);
}

/** One past the last page number that an address of this CPU can have. */
export function physicalPages(): u64 {
  return ((<u64>1) << physicalAddressBits()) >> PAGE_SHIFT;
}
