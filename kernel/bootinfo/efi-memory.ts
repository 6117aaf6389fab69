/**
 * The firmware's memory descriptors (UEFI 2.10 §7.2), and which of them are believed to be RAM. For the boot agent, which maps that
 * RAM, and for the kernel, which hands it out: what the kernel takes for RAM must be mapped when it starts. Constants and arithmetic
 * only.
 *
 * EFI_MEMORY_DESCRIPTOR. Only the firmware's stride says where the next one is.
 *
 *     byte  size  field
 *        0     4  Type
 *        8     8  PhysicalStart
 *       16     8  VirtualStart
 *       24     8  NumberOfPages   of 4 KiB
 *       32     8  Attribute
 *       40        end
 */
export const DESCRIPTOR_BYTES: u32 = 40;

export namespace DescriptorAt {
  export const type: u64 = 0;
  export const physicalStart: u64 = 8;
  export const pageCount: u64 = 24;
  export const attribute: u64 = 32;
}

/** EFI_MEMORY_TYPE, table 7.10. OEMs and operating systems have numbers from 0x7000_0000 up. */
export namespace EfiType {
  export const RESERVED: u32 = 0;
  export const LOADER_CODE: u32 = 1;
  export const LOADER_DATA: u32 = 2;
  export const BOOT_SERVICES_CODE: u32 = 3;
  export const BOOT_SERVICES_DATA: u32 = 4;
  export const RUNTIME_SERVICES_CODE: u32 = 5;
  export const RUNTIME_SERVICES_DATA: u32 = 6;
  export const CONVENTIONAL: u32 = 7;
  export const UNUSABLE: u32 = 8;
  export const ACPI_RECLAIM: u32 = 9;
  export const ACPI_NVS: u32 = 10;
  export const MMIO: u32 = 11;
  export const MMIO_PORTS: u32 = 12;
  export const PAL_CODE: u32 = 13;
  export const PERSISTENT: u32 = 14;
  export const UNACCEPTED: u32 = 15;
}
/** Types are known below this. */
export const EFI_TYPE_COUNT: u32 = 16;

/** Memory that keeps what is stored in it, whoever may use it. `isRam` of kernel/memory-map/kinds.ts says the same of what the kernel makes of the types. */
export function isRamType(type: u32): bool {
  if (type >= EfiType.LOADER_CODE && type <= EfiType.CONVENTIONAL) return true;
  return type == EfiType.ACPI_RECLAIM || type == EfiType.ACPI_NVS;
}

const PAGE_SHIFT: u64 = 12;
/** The direct map has room for this much: 32 TiB (kernel/address/layout.ts). */
const DIRECT_MAP_PAGES: u64 = 0x2000_0000_0000 >> 12;

/** CPUID leaves of `addressBits`; the register is EAX of both. */
export const EXTENDED_LEAVES: u32 = 0x8000_0000;
export const ADDRESS_SIZES: u32 = 0x8000_0008;

/** MAXPHYADDR from those two leaves: 36 where CPUID does not say, never more than 52 (SDM 3A 4.1.4). */
export function addressBits(highestLeaf: u32, addressSizes: u32): u64 {
  if (highestLeaf < ADDRESS_SIZES) return 36;
  const told: u64 = addressSizes & 0xff;
  return told < 52 ? told : 52;
}

/** RAM ends at or below this page: what the CPU can address, and the direct map has room for. */
export function ramPageLimit(addressBitCount: u64): u64 {
  const addressable = (<u64>1) << (addressBitCount - PAGE_SHIFT);
  return addressable < DIRECT_MAP_PAGES ? addressable : DIRECT_MAP_PAGES;
}

/**
 * Whether a descriptor that says RAM is believed: whole frames, all of them in reach. One that starts inside a frame, wraps around or
 * ends out of reach is wrong about something, and nobody can tell about what.
 */
export function isSoundRam(start: u64, pageCount: u64, pageLimit: u64): bool {
  const first = start >> PAGE_SHIFT;
  return first << PAGE_SHIFT == start && first < pageLimit && pageCount <= pageLimit - first;
}
