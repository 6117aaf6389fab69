/** Why a manifest is refused, and with it the program. `manifestErrorFound` is the value at fault. */
export namespace ManifestError {
  export const NONE: u32 = 0;
  /** It ends before, or after, what it says it has: its bytes. */
  export const TRUNCATED: u32 = 1;
  /** Of a layout that this kernel does not know. */
  export const UNKNOWN_LAYOUT: u32 = 2;
  /** Capabilities that this kernel does not know: all of them. */
  export const UNKNOWN_CAPABILITY: u32 = 3;
  export const BAD_VERSION: u32 = 4;
  /** No name, or one that does not end. */
  export const BAD_NAME: u32 = 5;
  export const TOO_MANY_DEVICES: u32 = 6;
  /** Devices without the capability for them: how many. */
  export const NOT_CAPABLE: u32 = 7;
  /** Empty, no whole pages, or beyond the addresses that there are: where it begins. So are those below. */
  export const BAD_RANGE: u32 = 8;
  export const BAD_CACHING: u32 = 9;
  export const BAD_RIGHTS: u32 = 10;
  export const OVERLAP: u32 = 11;
  export const IS_RAM: u32 = 12;
  /** Interrupt controllers, or to be written though the kernel drives it. */
  export const IS_KERNELS: u32 = 13;
  /** A second one in the same image. */
  export const REPEATED: u32 = 14;
  /** Flags that this kernel does not know: all of them. */
  export const UNKNOWN_FLAG: u32 = 15;
}

/** To be read after "its manifest ", before the value that was found. */
export function manifestErrorText(error: u32): string {
  if (error == ManifestError.TRUNCATED) return "does not have as many bytes as it needs, but";
  if (error == ManifestError.UNKNOWN_LAYOUT) return "is of a layout that is not known:";
  if (error == ManifestError.UNKNOWN_CAPABILITY) return "has capabilities that are not known:";
  if (error == ManifestError.BAD_VERSION) return "has a version that is none:";
  if (error == ManifestError.BAD_NAME) return "has a name that is none; it begins with";
  if (error == ManifestError.TOO_MANY_DEVICES) return "has too many device ranges:";
  if (error == ManifestError.NOT_CAPABLE) return "has device ranges, and not the capability; ranges:";
  if (error == ManifestError.UNKNOWN_FLAG) return "has flags that are not known:";
  if (error == ManifestError.REPEATED) return "is not the only one; the other is at";
  return rangeErrorText(error);
}

function rangeErrorText(error: u32): string {
  if (error == ManifestError.BAD_RANGE)
    return "has a device range that is empty, beyond all addresses, or no whole pages; at";
  if (error == ManifestError.BAD_CACHING) return "has a device range of an unknown caching type; at";
  if (error == ManifestError.BAD_RIGHTS) return "has a device range with rights that none may have; at";
  if (error == ManifestError.OVERLAP) return "has device ranges that overlap; at";
  if (error == ManifestError.IS_RAM) return "has RAM in a device range; at";
  return "has a device range that the kernel keeps; at";
}
