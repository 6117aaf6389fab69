/** GUIDs as two little-endian words: the form in which they lie in memory (UEFI 2.10 appendix A). */
import { load64, scratch, store64 } from "../firmware";
import { ScratchAt } from "../scratch";

/** 5b1b31a1-9562-11d2-8e3f-00a0c969723b, EFI_LOADED_IMAGE_PROTOCOL. */
export namespace LoadedImageGuid {
  export const LOW: u64 = 0x11d2_9562_5b1b_31a1;
  export const HIGH: u64 = 0x3b72_69c9_a000_3f8e;
}
/** 964e5b22-6459-11d2-8e39-00a0c969723b, EFI_SIMPLE_FILE_SYSTEM_PROTOCOL. */
export namespace FileSystemGuid {
  export const LOW: u64 = 0x11d2_6459_964e_5b22;
  export const HIGH: u64 = 0x3b72_69c9_a000_398e;
}
/** 09576e92-6d3f-11d2-8e39-00a0c969723b, EFI_FILE_INFO. */
export namespace FileInfoGuid {
  export const LOW: u64 = 0x11d2_6d3f_0957_6e92;
  export const HIGH: u64 = 0x3b72_69c9_a000_398e;
}
/** 9042a9de-23dc-4a38-96fb-7aded080516a, EFI_GRAPHICS_OUTPUT_PROTOCOL. */
export namespace GraphicsGuid {
  export const LOW: u64 = 0x4a38_23dc_9042_a9de;
  export const HIGH: u64 = 0x6a51_80d0_de7a_fb96;
}
/** 8868e871-e4f1-11d3-bc22-0080c73c8881, ACPI 2.0 and later. */
export namespace Acpi2Guid {
  export const LOW: u64 = 0x11d3_e4f1_8868_e871;
  export const HIGH: u64 = 0x8188_3cc7_8000_22bc;
}
/** eb9d2d30-2d88-11d3-9a16-0090273fc14d, ACPI 1.0. */
export namespace Acpi1Guid {
  export const LOW: u64 = 0x11d3_2d88_eb9d_2d30;
  export const HIGH: u64 = 0x4dc1_3f27_9000_169a;
}

/** Writes a GUID to scratch memory and returns where: firmware takes it by address. */
export function guidAddress(low: u64, high: u64): u64 {
  const at = scratch() + ScratchAt.guid;
  store64(at, low);
  store64(at + 8, high);
  return at;
}

export function isGuid(at: u64, low: u64, high: u64): bool {
  return load64(at) == low && load64(at + 8) == high;
}
