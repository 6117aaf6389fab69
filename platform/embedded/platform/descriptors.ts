/**
 * The model has no descriptor tables: ring 3 is the program's own WebAssembly instance, and the host enters the kernel on a fresh
 * stack. A promise remains that can be checked: the tables and stacks that the kernel names are mapped writable, and a stack grows down
 * from an aligned top.
 */
import { Access } from "../model/mmu/access";
import { kernelAddress } from "../model/mmu/kernel-access";
import { kernelFault } from "../model/host";
import { readMsr } from "../model/cpu/msr";
import { readCr0 } from "../model/mmu/registers";
import { START_MAGIC, StartAt } from "../model/cpu/start-page";
import { physStore64 } from "./memory";

const EFER: u32 = 0xc000_0080;
/** LMA is the processor's own to set (SDM 3A 2.2.1). */
const EFER_LMA: u64 = 1 << 10;
const GENERAL_PROTECTION: u32 = 13;
const STACK_ALIGNMENT: u64 = 16;
const TABLES_BYTES: u64 = 8192;
const PAGE_BYTES: u64 = 4096;

export function cpuInstallEarly(tables: u64): void {
  checkTables(tables);
}

export function cpuInstall(
  tables: u64,
  kernelStackTop: u64,
  doubleFaultStackTop: u64,
  nmiStackTop: u64,
  machineCheckStackTop: u64,
): void {
  checkTables(tables);
  checkStack(kernelStackTop);
  checkStack(doubleFaultStackTop);
  checkStack(nmiStackTop);
  checkStack(machineCheckStackTop);
}

/**
 * Prepares `page` so that a processor that starts there becomes CPU `_cpu`, which here is the one with that APIC id: in place of code it
 * holds what the code would load.
 */
export function cpuPrepare(_cpu: u32, page: u64, root: u64, stackTop: u64): void {
  checkStack(stackTop);
  physStore64(page + StartAt.MAGIC, START_MAGIC);
  physStore64(page + StartAt.CR3, root);
  physStore64(page + StartAt.EFER, readMsr(EFER) & ~EFER_LMA);
  physStore64(page + StartAt.CR0, readCr0());
}

function checkTables(tables: u64): void {
  for (let done: u64 = 0; done < TABLES_BYTES; done += PAGE_BYTES) kernelAddress(tables + done, Access.WRITE);
}

function checkStack(top: u64): void {
  if (top % STACK_ALIGNMENT != 0) kernelFault(GENERAL_PROTECTION, 0, 0);
  kernelAddress(top - STACK_ALIGNMENT, Access.WRITE);
}
