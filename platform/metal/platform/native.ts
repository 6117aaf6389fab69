/** What only the platform's own code needs of the processor and of `metal/kernel/`. Not part of the platform that the kernel sees. */

/** Address of the block of CPU `index`: `BlockAt`. There are 64. */
export declare function cpuBlock(index: u32): u64;
/** Virtual address of the byte at `at` of the kernel's linear memory. */
export declare function linearAddress(at: usize): u64;
/** Address of the code that answers interrupt `vector`, below 48. */
export declare function trapEntry(vector: u32): u64;
/** Address of the code that SYSCALL enters. */
export declare function syscallEntry(): u64;
/** Address of the code in which a processor begins, 128 bytes, and of what goes on from there, with the address of its block in RDI. */
export declare function trampoline(): u64;
export declare function startEntry(): u64;
export declare function writeDr7(value: u64): void;
/** FXSAVE64 of this CPU's state to virtual address `at`, aligned to 16. The state stays as it is (SDM 1 10.5.2). */
export declare function fxsave(at: u64): void;
export declare function fxrstor(at: u64): void;
/**
 * Makes DS, ES, FS and the user's GS null: selectors that one task loaded are not for the next to read. A null one may clear the base of
 * GS: the user's, not the kernel's.
 */
export declare function clearSelectors(): void;
/**
 * LGDT, LIDT, LTR and a null LDTR; then CS is the new table's kernel code, and every other segment its kernel data. The first two name
 * operands in linear memory: a u16 limit, then the u64 base (SDM 3A 2.4).
 */
export declare function loadTables(gdtOperand: usize, idtOperand: usize, taskSelector: u32): void;
/** CR4.SMAP: from here on copies open and entries close the user's memory; STAC and CLAC are #UD where there is none. */
export declare function userAccessIsGuarded(guarded: bool): void;
/** Copies between virtual addresses, one of which is a user's, with SMAP open; returns how many bytes it came before a fault. */
export declare function userCopy(to: u64, from: u64, length: u32): u32;
