/** Why a program image was refused. */
export namespace ImageError {
  export const NONE: u32 = 0;
  export const TRUNCATED: u32 = 1;
  export const NOT_ELF: u32 = 2;
  export const NOT_ELF64: u32 = 3;
  export const NOT_RELOCATABLE: u32 = 4;
  export const WRONG_MACHINE: u32 = 5;
  export const BAD_HEADER: u32 = 6;
  export const BAD_SEGMENT: u32 = 7;
  export const WRITE_EXECUTE: u32 = 8;
  export const BAD_ENTRY: u32 = 9;
  export const BAD_RELOCATION: u32 = 10;
  export const NO_MEMORY: u32 = 11;
  export const DYNAMIC_LINKING: u32 = 12;
  export const RELOCATION_TABLE: u32 = 13;
  /** ManifestError says why. */
  export const BAD_MANIFEST: u32 = 14;
  /** Of that name, and as new. */
  export const MODULE_RUNS: u32 = 15;
  /** No quota that the kernel knows, or a second one. */
  export const BAD_QUOTA: u32 = 16;
  /** It would have more than its quota as soon as it is loaded: a QuotaKind. */
  export const OVER_QUOTA: u32 = 17;
}

/** What to say of an ImageError, before the value that was found; of a manifest there is more to say. */
export function imageErrorText(error: u32): string {
  if (error == ImageError.TRUNCATED) return "the file is truncated: it ends before what its headers point to; at";
  if (error == ImageError.NOT_ELF) return "not an ELF file; it begins with";
  if (error == ImageError.NOT_ELF64) return "not a 64-bit little-endian ELF file; identification";
  if (error == ImageError.NOT_RELOCATABLE) return "not a position-independent image (ET_DYN); e_type";
  if (error == ImageError.WRONG_MACHINE) return "built for another machine; e_machine";
  if (error == ImageError.BAD_HEADER) return "malformed ELF header; found";
  if (error == ImageError.BAD_SEGMENT) return "malformed segment; found";
  if (error == ImageError.WRITE_EXECUTE) return "a segment is both writable and executable; at";
  if (error == ImageError.BAD_ENTRY) return "the entry point lies in no executable segment; at";
  if (error == ImageError.BAD_RELOCATION) return "a relocation that is not R_X86_64_RELATIVE inside the image; found";
  if (error == ImageError.RELOCATION_TABLE) return "malformed relocation table; size or address";
  if (error == ImageError.MODULE_RUNS) return "a module of that name runs, and is not older; value";
  if (error == ImageError.BAD_QUOTA) return "its quota is malformed; found";
  if (error == ImageError.OVER_QUOTA) return "its quota is too small for it to be loaded: of";
  if (error == ImageError.BAD_MANIFEST) return "its manifest";
  if (error == ImageError.DYNAMIC_LINKING)
    return "dynamic linking that is not supported; type of the segment, or tag of the dynamic section,";
  return "out of memory for an image of this many bytes:";
}
