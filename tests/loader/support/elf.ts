/** Writes small ELF files: right by default, wrong where a test asks for it. */

export interface SegmentSpec {
  readonly flags: number;
  readonly virtual: number;
  readonly bytes: Uint8Array;
  readonly memoryBytes?: number;
  readonly fileBytes?: number;
  readonly offset?: number;
  readonly type?: number;
}

export interface Relocation {
  readonly target: number;
  readonly info?: bigint;
  readonly addend: number;
}

export interface ElfSpec {
  readonly machine: number;
  readonly entry: number;
  readonly segments: readonly SegmentSpec[];
}

export const PF = { X: 1, W: 2, R: 4, SEALED: 0x0010_0000 } as const;
export const WASM_MACHINE = 0x4157;
export const X86_MACHINE = 62;
const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
/** Where the first segment's bytes start in the file. */
const FIRST_OFFSET = 4096;

export function writeElf({ machine, entry, segments }: ElfSpec): Uint8Array {
  const payload = segments.reduce((sum, segment) => sum + align(segment.bytes.length), 0);
  const file = new Uint8Array(FIRST_OFFSET + payload);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 3, true);
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(entry), true);
  view.setBigUint64(32, BigInt(HEADER_BYTES), true);
  view.setUint16(52, HEADER_BYTES, true);
  view.setUint16(54, PROGRAM_HEADER_BYTES, true);
  view.setUint16(56, segments.length, true);
  let offset = FIRST_OFFSET;
  segments.forEach((segment, index) => {
    writeProgramHeader(view, HEADER_BYTES + index * PROGRAM_HEADER_BYTES, segment, offset);
    file.set(segment.bytes, offset);
    offset += align(segment.bytes.length);
  });
  return file;
}

function writeProgramHeader(view: DataView, at: number, segment: SegmentSpec, offset: number): void {
  view.setUint32(at, segment.type ?? 1, true);
  view.setUint32(at + 4, segment.flags, true);
  view.setBigUint64(at + 8, BigInt(segment.offset ?? offset), true);
  view.setBigUint64(at + 16, BigInt(segment.virtual), true);
  view.setBigUint64(at + 24, BigInt(segment.virtual), true);
  view.setBigUint64(at + 32, BigInt(segment.fileBytes ?? segment.bytes.length), true);
  view.setBigUint64(at + 40, BigInt(segment.memoryBytes ?? segment.bytes.length), true);
  view.setBigUint64(at + 48, 4096n, true);
}

function align(length: number): number {
  return (length + 4095) & ~4095;
}

/** Bytes of a dynamic section and its relocation table, linked at `virtual`; `extra` tags go first. */
export function dynamicSection(
  virtual: number,
  relocations: readonly Relocation[],
  extra: readonly (readonly [tag: number, value: number])[] = [],
): Uint8Array {
  const tags = [...extra, [7, 0], [8, relocations.length * 24], [9, 24], [0, 0]] as [number, number][];
  const tableAt = tags.length * 16;
  const view = new DataView(new ArrayBuffer(tableAt + relocations.length * 24));
  tags.forEach(([tag, value], index) => {
    view.setBigUint64(index * 16, BigInt(tag), true);
    view.setBigUint64(index * 16 + 8, BigInt(tag === 7 ? virtual + tableAt : value), true);
  });
  relocations.forEach(({ target, info, addend }, index) => {
    const at = tableAt + index * 24;
    view.setBigUint64(at, BigInt(target), true);
    view.setBigUint64(at + 8, info ?? 8n, true);
    view.setBigInt64(at + 16, BigInt(addend), true);
  });
  return new Uint8Array(view.buffer);
}
