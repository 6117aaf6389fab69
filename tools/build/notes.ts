import { PROGRAM_HEADER_BYTES, SegmentType } from "../../kernel/bootinfo/elf.ts";
import { NOTE_BYTES, NOTE_NAME, NoteAt } from "../../kernel/manifests/layout.ts";

/** Notes in ELF files (System V ABI, chapter 5, "Note Section"): what an image says to the kernel beside its segments. */

export interface Note {
  readonly type: number;
  /** Where its contents begin in the file. */
  readonly contentsAt: number;
}

/** The notes of name "NitrOS" in an image. */
export function notesOf(image: Uint8Array): Note[] {
  const file = new DataView(image.buffer, image.byteOffset, image.byteLength);
  return offsetsOf(programHeaders(image))
    .filter((at) => at + Number(NOTE_BYTES) <= image.length)
    .filter((at) => file.getBigUint64(at + Number(NoteAt.name), true) === BigInt(NOTE_NAME))
    .map((at) => ({ type: file.getUint32(at + Number(NoteAt.type), true), contentsAt: at + Number(NOTE_BYTES) }));
}

/** Where in the file notes are. */
function offsetsOf(headers: Uint8Array): number[] {
  const view = new DataView(headers.buffer, headers.byteOffset, headers.byteLength);
  const starts = Array.from({ length: headers.length / Number(PROGRAM_HEADER_BYTES) }, (_, index) => index * Number(PROGRAM_HEADER_BYTES));
  return starts.filter((at) => view.getUint32(at, true) === SegmentType.NOTE).map((at) => Number(view.getBigUint64(at + 8, true)));
}

/**
 * An ELF file with a note more. Behind the file comes the note, such that its contents are aligned to 8, and behind that all program headers, with one
 * for the note: where they were, there is no room for it.
 */
export function withNote(image: Uint8Array, note: Uint8Array): Uint8Array {
  const headers = programHeaders(image);
  const noteAt = Math.ceil((image.length + Number(NOTE_BYTES)) / 8) * 8 - Number(NOTE_BYTES);
  const tableAt = Math.ceil((noteAt + note.length) / 8) * 8;
  const file = new Uint8Array(tableAt + headers.length + Number(PROGRAM_HEADER_BYTES));
  file.set(image);
  file.set(note, noteAt);
  file.set(headers, tableAt);
  const view = new DataView(file.buffer);
  view.setBigUint64(32, BigInt(tableAt), true);
  view.setUint16(56, view.getUint16(56, true) + 1, true);
  const at = tableAt + headers.length;
  view.setUint32(at, SegmentType.NOTE, true);
  view.setUint32(at + 4, 4, true);
  view.setBigUint64(at + 8, BigInt(noteAt), true);
  view.setBigUint64(at + 32, BigInt(note.length), true);
  view.setBigUint64(at + 48, 4n, true);
  return file;
}

function programHeaders(image: Uint8Array): Uint8Array {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const at = Number(view.getBigUint64(32, true));
  return image.slice(at, at + view.getUint16(56, true) * Number(PROGRAM_HEADER_BYTES));
}
