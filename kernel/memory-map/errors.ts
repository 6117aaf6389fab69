/** Why a memory map cannot be used. `mapFound` is the offending value, `mapAllowed` the most that would do, where there is such. */
export namespace MapError {
  export const NONE: u32 = 0;
  /** Found: descriptors. */
  export const TOO_MANY_DESCRIPTORS: u32 = 1;
  /** No descriptor holds memory that the kernel may use. Found: descriptors. */
  export const NO_RAM: u32 = 2;
  /** Kernel, a module, bootinfo or the handover tables lie where the map has no memory of the boot agent. Found: the address. */
  export const CLAIM_OUTSIDE_RAM: u32 = 3;
  /** Two of them overlap. Found: the address. */
  export const CLAIMS_OVERLAP: u32 = 4;
}

let found: u64 = 0;
let allowed: u64 = 0;

/** Records and returns the error. */
export function mapRefusal(error: u32, foundValue: u64, allowedValue: u64): u32 {
  found = foundValue;
  allowed = allowedValue;
  return error;
}

export function mapFound(): u64 {
  return found;
}

export function mapAllowed(): u64 {
  return allowed;
}

export function mapErrorText(error: u32): string {
  if (error == MapError.NONE) return "no error";
  if (error == MapError.TOO_MANY_DESCRIPTORS) return "the memory map has more descriptors than the kernel can hold";
  if (error == MapError.NO_RAM) return "the memory map holds no usable RAM";
  if (error == MapError.CLAIM_OUTSIDE_RAM) return "kernel, module, bootinfo or handover tables lie outside usable RAM";
  if (error == MapError.CLAIMS_OVERLAP) return "kernel, module, bootinfo or handover tables overlap";
  return "unknown memory map error";
}
