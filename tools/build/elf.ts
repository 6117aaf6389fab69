/** Writes ELF64 files: what the embedded machine's images need, and no more (System V ABI, chapters 4 and 5). */

const HEADER_BYTES = 64;
const SEGMENT_HEADER_BYTES = 56;
const FILE_ALIGNMENT = 4096;

const ET_DYN = 3;
const PT_LOAD = 1;

/** p_flags. SEALED is in the range that is the operating system's (PF_MASKOS): see platform/CONTRACT.md. */
export const SegmentFlag = { EXECUTE: 1, WRITE: 2, READ: 4, SEALED: 0x0010_0000 } as const;

export interface ElfSegment {
  readonly flags: number;
  readonly virtual: number;
  /** What the file holds; the rest, up to `memoryBytes`, is zeros. */
  readonly contents: Uint8Array;
  readonly memoryBytes: number;
  readonly alignment: number;
}

export interface ElfImage {
  /** e_machine. */
  readonly machine: number;
  readonly entry: number;
  readonly segments: readonly ElfSegment[];
}

/** A position-independent image of loadable segments, without sections. */
export function writeElf(image: ElfImage): Uint8Array {
  const offsets = contentOffsets(image.segments);
  const file = new Uint8Array(offsets.at(-1)! + image.segments.at(-1)!.contents.length);
  const view = new DataView(file.buffer);
  writeHeader(view, image);
  image.segments.forEach((segment, index) => {
    writeSegmentHeader(view, HEADER_BYTES + index * SEGMENT_HEADER_BYTES, segment, offsets[index]!);
    file.set(segment.contents, offsets[index]!);
  });
  return file;
}

function contentOffsets(segments: readonly ElfSegment[]): number[] {
  let next = HEADER_BYTES + segments.length * SEGMENT_HEADER_BYTES;
  return segments.map(({ contents }) => {
    const offset = roundUp(next, FILE_ALIGNMENT);
    next = offset + contents.length;
    return offset;
  });
}

export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

function writeHeader(view: DataView, { machine, entry, segments }: ElfImage): void {
  // Magic, 64-bit, little-endian, version 1.
  [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1].forEach((byte, index) => view.setUint8(index, byte));
  view.setUint16(16, ET_DYN, true);
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(entry), true);
  view.setBigUint64(32, BigInt(HEADER_BYTES), true);
  view.setUint16(52, HEADER_BYTES, true);
  view.setUint16(54, SEGMENT_HEADER_BYTES, true);
  view.setUint16(56, segments.length, true);
}

function writeSegmentHeader(view: DataView, at: number, segment: ElfSegment, offset: number): void {
  view.setUint32(at, PT_LOAD, true);
  view.setUint32(at + 4, segment.flags, true);
  const words = [offset, segment.virtual, segment.virtual, segment.contents.length, segment.memoryBytes, segment.alignment];
  words.forEach((word, index) => view.setBigUint64(at + 8 + index * 8, BigInt(word), true));
}
