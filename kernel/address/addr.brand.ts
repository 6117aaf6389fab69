/** What tsc reads in place of `addr.ts`: types that a physical and a virtual address cannot share. */
export type PhysAddr = u64 & { readonly __physical: true };
export type VirtAddr = u64 & { readonly __virtual: true };
