/**
 * A manifest: what a module is, and what it may do beyond other programs. It travels in the module's image, as a note (System V ABI, chapter 5,
 * "Note Section") of name "NitrOS" and type 1, so that the two cannot be mixed up; `tools/build/manifest.ts` writes it from the JSON file beside the
 * source. Little-endian, aligned to 8. Constants only.
 *
 *     byte  size  field
 *        0     4  layout          1
 *        4     4  capabilities    Capability
 *        8     4  version         of the module, from 1
 *       12     4  rangeCount      MAX_DEVICES at most
 *       16    48  name            of the module: 1 to 47 bytes, then NULs
 *       64     4  flags           ManifestFlag
 *       68     4  zero
 *       72        ranges: u64 first physical address, u64 bytes (both whole pages), u32 Caching, u32 rights (4 to read, 6 to write, too)
 */
export const MANIFEST_LAYOUT: u32 = 1;
export const MANIFEST_BYTES: u64 = 72;
export namespace ManifestAt {
  export const layout: u64 = 0;
  export const capabilities: u64 = 4;
  export const version: u64 = 8;
  export const rangeCount: u64 = 12;
  export const name: u64 = 16;
  export const flags: u64 = 64;
}

export const DEVICE_BYTES: u64 = 24;
export const MAX_DEVICES: u32 = 8;
export namespace DeviceAt {
  export const first: u64 = 0;
  export const bytes: u64 = 8;
  export const caching: u64 = 16;
  export const rights: u64 = 20;
}
/** The values are those of `Right` in kernel/spaces/region.ts, and of ELF's p_flags. */
export namespace DeviceRights {
  export const READ: u32 = 4;
  export const WRITE: u32 = 2;
  export const READ_WRITE: u32 = 6;
}

/** What a module may ask for. Bits; the words in the JSON file are these in lower case with hyphens. */
export namespace Capability {
  /** To map the device ranges of its manifest, and to have memory in a row whose physical address it is told. */
  export const DEVICES: u32 = 1;
  /** To start programs that were booted, and to end modules. */
  export const MODULE_CONTROL: u32 = 2;
}
export const KNOWN_CAPABILITIES: u32 = 3;

export namespace ManifestFlag {
  /** Not started with the others: somebody will. */
  export const ON_DEMAND: u32 = 1;
}
export const KNOWN_MANIFEST_FLAGS: u64 = 1;

/** The note in front of it: u32 bytes of the name with its NUL, u32 bytes of the manifest, u32 type, the name in 8 bytes. */
export const NOTE_BYTES: u64 = 20;
export namespace NoteAt {
  export const nameBytes: u64 = 0;
  export const bytes: u64 = 4;
  export const type: u64 = 8;
  export const name: u64 = 12;
}
export const NOTE_NAME_BYTES: u32 = 7;
/** "NitrOS", and two NULs. */
export const NOTE_NAME: u64 = 0x0000_534f_7274_694e;
export const NOTE_TYPE: u32 = 1;
