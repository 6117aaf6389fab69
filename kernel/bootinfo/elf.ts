/**
 * ELF64, little-endian (System V ABI, chapters 4 and 5; AMD64 supplement, 4.4): as much of it as the kernel's and the programs' images
 * have (platform/CONTRACT.md, "Images"). The boot agent checks both, the kernel checks programs again, by the same rules. Constants
 * and arithmetic only.
 */

/** Elf64_Ehdr. */
export namespace ElfAt {
  export const magic: u64 = 0;
  /** Class, data encoding and version, a byte each; a fourth is for the operating system. */
  export const identity: u64 = 4;
  export const type: u64 = 16;
  export const machine: u64 = 18;
  export const entry: u64 = 24;
  export const programHeaders: u64 = 32;
  export const programHeaderBytes: u64 = 54;
  export const programHeaderCount: u64 = 56;
}
export const ELF_HEADER_BYTES: u64 = 64;

/** 7f 45 4c 46: DEL "ELF". */
export const ELF_MAGIC: u32 = 0x464c_457f;
/** ELFCLASS64, ELFDATA2LSB, EV_CURRENT. */
export const ELF_IDENTITY: u32 = 0x01_0102;
export const ELF_IDENTITY_MASK: u32 = 0xff_ffff;
export const ET_DYN: u32 = 3;

/** Elf64_Phdr. Its flags are SegmentRight bits. */
export namespace ProgramHeaderAt {
  export const type: u64 = 0;
  export const flags: u64 = 4;
  export const offset: u64 = 8;
  export const virtual: u64 = 16;
  export const fileBytes: u64 = 32;
  export const memoryBytes: u64 = 40;
}
export const PROGRAM_HEADER_BYTES: u64 = 56;
/** More than any image here has. */
export const MAX_PROGRAM_HEADERS: u32 = 16;

export namespace SegmentType {
  export const LOAD: u32 = 1;
  export const DYNAMIC: u32 = 2;
  export const INTERPRETER: u32 = 3;
  export const NOTE: u32 = 4;
}

/** Segments of programs: size and address are multiples of this. */
export const PROGRAM_UNIT_BYTES: u64 = 0x1_0000;
/** From the first to the last segment of a program. */
export const MAX_PROGRAM_BYTES: u64 = 0x400_0000;

/** Elf64_Dyn: u64 tag, u64 value. The one of tag NULL is the last. */
export namespace DynamicTag {
  export const NULL: u64 = 0;
  export const NEEDED: u64 = 1;
  export const RELA: u64 = 7;
  export const RELA_BYTES: u64 = 8;
  export const REL: u64 = 17;
  export const JUMP_RELOCATIONS: u64 = 23;
  export const RELR: u64 = 36;
}
export const DYNAMIC_BYTES: u64 = 16;

/** Another library, or relocations of a form that nobody here applies: without them the image would not be what it was linked to be. */
export function isUnsupportedTag(tag: u64): bool {
  if (tag == DynamicTag.NEEDED || tag == DynamicTag.REL) return true;
  return tag == DynamicTag.JUMP_RELOCATIONS || tag == DynamicTag.RELR;
}

/** Elf64_Rela: where, what (type, symbol << 32), i64 addend. */
export namespace RelaAt {
  export const offset: u64 = 0;
  export const info: u64 = 8;
  export const addend: u64 = 16;
}
export const RELA_BYTES: u64 = 24;
/** The word at `offset` becomes base + addend. Of no symbol. */
export const R_X86_64_RELATIVE: u64 = 8;
