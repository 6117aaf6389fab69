/**
 * What a quota counts, and how it travels in a program's image: as a note (System V ABI, chapter 5, "Note Section") of name "NitrOS" and type 2, four
 * 32-bit numbers in the order of QuotaKind, 0 for no limit. Little-endian, aligned to 8. `tools/build/quota.ts` writes it. For Node, too.
 *
 *     byte  0       4       8        12       16
 *           frames  tables  regions  handles
 */
export namespace QuotaKind {
  /** Of pages, and of memory objects. */
  export const FRAMES: u32 = 0;
  /** Page tables, roots among them. */
  export const TABLES: u32 = 1;
  export const REGIONS: u32 = 2;
  export const HANDLES: u32 = 3;
}
export const QUOTA_KINDS: u32 = 4;

/** What there are too many of. */
export function quotaText(kind: u32): string {
  if (kind == QuotaKind.FRAMES) return "frames";
  if (kind == QuotaKind.TABLES) return "page tables";
  return kind == QuotaKind.REGIONS ? "regions" : "handles";
}

export const QUOTA_BYTES: u64 = 16;
export const QUOTA_NOTE_TYPE: u32 = 2;
/** The highest limit. */
export const MOST_OF_QUOTA: u32 = 0x3fff_ffff;
