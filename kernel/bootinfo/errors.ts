/** Why a bootinfo block is not accepted. `bootinfoFound` is the offending value. */
export namespace BootinfoError {
  export const NONE: u32 = 0;
  /** The block is not page-aligned, or nowhere: its address. */
  export const BAD_ADDRESS: u32 = 1;
  /** The first eight bytes. */
  export const BAD_MAGIC: u32 = 2;
  export const BAD_VERSION: u32 = 3;
  export const BAD_SIZE: u32 = 4;
  /** Descriptors closer than 40 bytes, or not by multiples of 8: the stride. */
  export const BAD_STRIDE: u32 = 5;
  export const BAD_DESCRIPTOR_VERSION: u32 = 6;
  /** The memory map is nowhere, empty, or no whole number of descriptors: its address or its bytes. */
  export const BAD_MAP: u32 = 7;
  /** Not in multiples of 2 MiB, outside the kernel zone, or empty: the address or size at fault. */
  export const BAD_KERNEL: u32 = 8;
  /** None, too many, nowhere, or not the whole image: a count, an address or bytes. */
  export const BAD_SEGMENTS: u32 = 9;
  /** Not aligned, out of order, outside the image, or writable and executable: its index. */
  export const BAD_SEGMENT: u32 = 10;
  /** Too many, or nowhere: a count or an address. */
  export const BAD_MODULES: u32 = 11;
  /** Not page-aligned, empty, beyond 2^64, or without a name: its index. */
  export const BAD_MODULE: u32 = 12;
  /** Not aligned to 1 GiB, or outside its zone: its base. */
  export const BAD_DIRECT_MAP: u32 = 13;
  /** The handover tables are not whole pages: address or bytes. */
  export const BAD_TABLES: u32 = 14;
  /** Flags that this kernel does not know: all the flags. */
  export const BAD_FLAGS: u32 = 15;
  /** A crash that this kernel does not know. */
  export const BAD_CRASH: u32 = 16;
}

export function bootinfoErrorText(error: u32): string {
  if (error == BootinfoError.NONE) return "no error";
  if (error == BootinfoError.BAD_ADDRESS) return "bootinfo is not at a page boundary";
  if (error == BootinfoError.BAD_MAGIC) return "bootinfo does not start with NITRBOOT";
  if (error == BootinfoError.BAD_VERSION) return "bootinfo is not of version 1";
  if (error == BootinfoError.BAD_SIZE) return "bootinfo is not 216 bytes long";
  if (error == BootinfoError.BAD_STRIDE) return "memory descriptors are less than 40 bytes, or no multiple of 8, apart";
  if (error == BootinfoError.BAD_DESCRIPTOR_VERSION) return "memory descriptors are not of version 1";
  if (error == BootinfoError.BAD_MAP) return "bootinfo has no memory map, or part of a descriptor";
  return handedOverErrorText(error);
}

function handedOverErrorText(error: u32): string {
  if (error == BootinfoError.BAD_KERNEL) return "bootinfo places the kernel where it cannot be";
  if (error == BootinfoError.BAD_SEGMENTS)
    return "bootinfo's kernel segments are missing, too many, or not the whole image";
  if (error == BootinfoError.BAD_SEGMENT) return "a kernel segment is misplaced or has rights that none may have";
  if (error == BootinfoError.BAD_MODULES) return "bootinfo has too many modules, or none where it says";
  if (error == BootinfoError.BAD_MODULE) return "a module is misaligned, empty, endless or nameless";
  if (error == BootinfoError.BAD_DIRECT_MAP) return "bootinfo places the direct map where it cannot be";
  if (error == BootinfoError.BAD_TABLES) return "the handover page tables are not whole pages";
  if (error == BootinfoError.BAD_FLAGS) return "bootinfo has flags that this kernel does not know";
  if (error == BootinfoError.BAD_CRASH) return "bootinfo asks for a crash that this kernel does not know";
  return "unknown bootinfo error";
}
