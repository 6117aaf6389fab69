/**
 * Addresses, by what they address. Here, as AssemblyScript sees them, both are plain u64; `addr.brand.ts` is the same file as tsc sees
 * it, where the two do not mix.
 */
export type PhysAddr = u64;
export type VirtAddr = u64;
