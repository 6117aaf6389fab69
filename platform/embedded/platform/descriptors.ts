/**
 * The model has no descriptor tables: ring 3 is the program's own WebAssembly instance, and the host enters the kernel on a fresh
 * stack. A promise remains that can be checked: the tables and stacks that the kernel names are mapped writable, and a stack grows down
 * from an aligned top.
 */
import { Access } from "../model/mmu/access";
import { kernelAddress } from "../model/mmu/kernel-access";
import { kernelFault } from "../model/host";

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

function checkTables(tables: u64): void {
  for (let done: u64 = 0; done < TABLES_BYTES; done += PAGE_BYTES) kernelAddress(tables + done, Access.WRITE);
}

function checkStack(top: u64): void {
  if (top % STACK_ALIGNMENT != 0) kernelFault(GENERAL_PROTECTION, 0, 0);
  kernelAddress(top - STACK_ALIGNMENT, Access.WRITE);
}
