import { HEADER_BYTES, openTable, Signature, tableByte, tableWord } from "../numa/acpi";
import { noteOddity } from "../numa/oddities";
import { Oddity } from "../numa/oddity";

/**
 * Where the high-precision event timer is: ACPI's HPET table (IA-PC HPET 1.0a, 3.2.4), after its header.
 *
 *     byte  size  field
 *       36     4  its capabilities, as the firmware thinks
 *       40     1  where its registers are: 0 in memory, 1 at ports (ACPI 6.5 §5.2.3.2)
 *       41     3  width, offset, access size
 *       44     8  address of the registers
 *       52     1  number of this one
 *       53     2  fewest counts of a periodic interrupt
 *       55     1  what else is on its page
 *       56        end
 */
const TABLE_BYTES: u32 = HEADER_BYTES + 20;
const SPACE_AT: u32 = HEADER_BYTES + 4;
const ADDRESS_AT: u32 = HEADER_BYTES + 8;
const IN_MEMORY: u32 = 0;

let registers: u64 = 0;

/** Reads the table at `address`, 0 for none. Needs the memory map. */
export function readHpetTable(address: u64): void {
  registers = 0;
  if (!openTable(address, Signature.HPET, TABLE_BYTES)) return;
  if (tableByte(SPACE_AT) == IN_MEMORY) registers = tableWord(ADDRESS_AT);
  else noteOddity(Oddity.HPET_AT_PORTS, address);
}

/** Physical address of the registers, whatever is there; 0 when there is no sound table. */
export function hpetRegisters(): u64 {
  return registers;
}
