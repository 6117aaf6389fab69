/**
 * Where a processor begins (`metal/kernel/entry.S`): a page below 1 MiB that holds the code and, at 128, what it loads.
 *
 *     128  LGDT's operand: u16 limit, u32 base     152  far pointer: u32 offset, u16 selector
 *     136  CR4     140  CR3                        160  address of the CPU's block
 *     144  EFER    148  CR0                        168  address of the code that goes on
 *                                                  176  the table: null, 64-bit code
 */
import { BlockAt } from "./block";
import { kernelLoad64, kernelStore64, physStore16, physStore32, physStore64 } from "./memory";
import { readCr0, readMsr } from "./mmu";
import { cpuBlock, startEntry, trampoline } from "./native";

const CODE_BYTES: u64 = 128;
/** Where the 64-bit part begins. */
const LONG_MODE_AT: u64 = 64;
const TABLE: u64 = 176;
const TABLE_BYTES: u16 = 16;
const CODE_SELECTOR: u16 = 8;
const CODE_SEGMENT: u64 = 0x00af_9b00_0000_ffff;
const CR4_PAE: u32 = 1 << 5;
const EFER: u32 = 0xc000_0080;
/** LMA is the processor's own to set (SDM 3A 2.2.1). */
const EFER_LMA: u64 = 1 << 10;

/**
 * Prepares `page` (physical, below 1 MiB) so that a processor that starts there becomes CPU `cpu`, with the tables at `root`, which map the
 * page at its own address, with the EFER and CR0 of this CPU, and on the stack at `stackTop`. It enters the kernel at `start`.
 */
export function cpuPrepare(cpu: u32, page: u64, root: u64, stackTop: u64): void {
  const block = cpuBlock(cpu);
  kernelStore64(block + BlockAt.INDEX, cpu);
  kernelStore64(block + BlockAt.STACK, stackTop);
  for (let at: u64 = 0; at < CODE_BYTES; at += 8) physStore64(page + at, kernelLoad64(trampoline() + at));
  physStore16(page + 128, TABLE_BYTES - 1);
  physStore32(page + 130, <u32>(page + TABLE));
  physStore32(page + 136, CR4_PAE);
  physStore32(page + 140, <u32>root);
  physStore32(page + 144, <u32>(readMsr(EFER) & ~EFER_LMA));
  physStore32(page + 148, <u32>readCr0());
  physStore32(page + 152, <u32>(page + LONG_MODE_AT));
  physStore16(page + 156, CODE_SELECTOR);
  physStore64(page + 160, block);
  physStore64(page + 168, startEntry());
  physStore64(page + TABLE, 0);
  physStore64(page + TABLE + 8, CODE_SEGMENT);
}
