/** The zones of the address space, as trace records name them. Constants only. */
export namespace Zone {
  export const USER: u32 = 0;
  export const KERNEL: u32 = 1;
  export const MODULES: u32 = 2;
  export const DIRECT_MAP: u32 = 3;
  export const MMIO: u32 = 4;
}
export const ZONE_COUNT: u32 = 5;
