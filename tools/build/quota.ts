import { NOTE_BYTES, NOTE_NAME, NOTE_NAME_BYTES, NoteAt } from "../../kernel/manifests/layout.ts";
import { MOST_OF_QUOTA, QUOTA_BYTES, QUOTA_NOTE_TYPE, QuotaKind } from "../../kernel/quotas/layout.ts";
import { notesOf, withNote } from "./notes.ts";

/**
 * How much the tasks of a program may have together: limits by what is counted, none for what is not named. It travels in the program's image, as a
 * manifest does, so that neither boot agent nor boot.cfg know of it.
 */
export type Quota = Readonly<Partial<Record<QuotaWord, number>>>;

/** In the order of QuotaKind. */
export const QUOTA_WORDS = ["frames", "tables", "regions", "handles"] as const;
export type QuotaWord = (typeof QUOTA_WORDS)[number];

export const LIMIT_RANGE = `a whole number from 1 to ${MOST_OF_QUOTA}`;

/** Can that be a limit? */
export function isLimit(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_OF_QUOTA;
}

/** The image with the quota. Of one that it has, limits that `quota` does not name stay. */
export function withQuota(image: Uint8Array, quota: Quota): Uint8Array {
  const found = notesOf(image).find(({ type }) => type === QUOTA_NOTE_TYPE);
  if (found === undefined) return withNote(image, quotaNote(quota));
  const changed = image.slice();
  writeLimits(new DataView(changed.buffer), found.contentsAt, quota);
  return changed;
}

/** The note, as kernel/quotas/layout.ts draws it. */
export function quotaNote(quota: Quota): Uint8Array {
  const note = new Uint8Array(Number(NOTE_BYTES) + Number(QUOTA_BYTES));
  const view = new DataView(note.buffer);
  view.setUint32(Number(NoteAt.nameBytes), NOTE_NAME_BYTES, true);
  view.setUint32(Number(NoteAt.bytes), Number(QUOTA_BYTES), true);
  view.setUint32(Number(NoteAt.type), QUOTA_NOTE_TYPE, true);
  view.setBigUint64(Number(NoteAt.name), BigInt(NOTE_NAME), true);
  writeLimits(view, Number(NOTE_BYTES), quota);
  return note;
}

function writeLimits(view: DataView, at: number, quota: Quota): void {
  QUOTA_WORDS.forEach((word, kind) => {
    const limit = quota[word];
    if (limit !== undefined) view.setUint32(at + kind * 4, limit, true);
  });
}

if (QUOTA_WORDS.some((word, kind) => QuotaKind[word.toUpperCase() as keyof typeof QuotaKind] !== kind))
  throw new Error("QUOTA_WORDS are in the order of QuotaKind");
