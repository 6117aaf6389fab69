/**
 * User memory, by virtual address in the current space. Copies stop at the first byte that faults, with nothing partial inside
 * a byte, and return how many bytes were copied; SMAP is open only inside. The caller has checked that the range is in the user half.
 */
export declare function copyFromUser(to: usize, from: u64, length: u32): u32;
export declare function copyToUser(to: u64, from: usize, length: u32): u32;
