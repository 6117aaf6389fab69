// Written with metal/: GDT, TSS and IDT, built here in TypeScript.
/**
 * Makes this CPU ready for ring 3 and for faults: segments, task state with its stacks, interrupt table, SYSCALL entry.
 * `tables` is the virtual address of 8 KiB of the sealed section that are this CPU's. The stack tops are virtual, 16-byte aligned.
 */
export declare function cpuInstall(
  tables: u64,
  kernelStackTop: u64,
  doubleFaultStackTop: u64,
  nmiStackTop: u64,
  machineCheckStackTop: u64,
): void;
