/** What only `descriptors.ts` needs of the processor and of `metal/`. Not part of the platform that the kernel sees. */

/** Address of this CPU's block, which the GS base holds while the CPU is in the kernel. Its first word is the kernel stack's top. */
export declare function cpuBlock(): u64;
/** Address of this CPU's task-state segment (SDM 3A 7.7): 104 bytes that stay writable, zeros at first. */
export declare function taskState(): u64;
/** Virtual address of the byte at `at` of the kernel's linear memory. */
export declare function linearAddress(at: usize): u64;
/** Address of the code that answers interrupt `vector`. */
export declare function trapEntry(vector: u32): u64;
/** Address of the code that SYSCALL enters. */
export declare function syscallEntry(): u64;
/** OUT to an I/O port. */
export declare function portWrite8(port: u32, value: u8): void;
export declare function writeDr7(value: u64): void;
/** LGDT, LIDT, LTR and a null LDTR; then CS is the new table's kernel code, and every other segment its kernel data. */
export declare function loadTables(gdt: u64, gdtLimit: u32, idt: u64, idtLimit: u32, taskSelector: u32): void;
