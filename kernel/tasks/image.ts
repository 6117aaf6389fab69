import { imageMachine, physLoad16, physLoad32, physLoad64 } from "platform";
import { PhysAddr, VirtAddr } from "../address/addr";
import { isAligned, PAGE_BYTES } from "../address/pages";
import { RegionKind } from "../spaces/kinds";
import { Right } from "../spaces/region";
import { addRegion, fillSpace, Space, SpaceError, storeWord } from "../spaces/space";
import { ImageError } from "./image-errors";

/**
 * Program images: ELF64, ET_DYN, as `platform/CONTRACT.md` describes them. Everything read from the file is checked against the
 * file's length and the image's extent before it is used: the file comes from a disk.
 */
const ELF_MAGIC: u32 = 0x464c_457f;
/** ELFCLASS64, ELFDATA2LSB, EV_CURRENT. */
const ELF_IDENT: u32 = 0x0001_0102;
const ET_DYN: u32 = 3;
const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const HEADER_BYTES: u64 = 64;
const SEGMENT_HEADER_BYTES: u64 = 56;
const MAX_SEGMENT_HEADERS: u32 = 16;
const MAX_IMAGE_BYTES: u64 = 64 << 20;

const DT_RELA: u64 = 7;
const DT_RELASZ: u64 = 8;
const R_X86_64_RELATIVE: u64 = 8;
const RELA_BYTES: u64 = 24;

let file: PhysAddr = <PhysAddr>0;
let fileBytes: u64 = 0;
/** What was found where something else was expected. */
let found: u64 = 0;
let imageBytes: u64 = 0;
let dynamicAt: u64 = 0;
let dynamicBytes: u64 = 0;

/** The value that `error`, which was the last, is about. */
export function imageErrorFound(error: u32): u64 {
  return error == ImageError.NO_MEMORY ? imageBytes : found;
}

function refuse(error: u32, value: u64): u32 {
  found = value;
  return error;
}

/** Checks the image's headers; touches no space. After NONE, `imageExtent` and `loadImage` may be called. */
export function checkImage(at: PhysAddr, bytes: u64): u32 {
  file = at;
  fileBytes = bytes;
  imageBytes = 0;
  dynamicBytes = 0;
  if (bytes < HEADER_BYTES) return refuse(ImageError.TRUNCATED, bytes);
  if (physLoad32(at) != ELF_MAGIC) return refuse(ImageError.NOT_ELF, physLoad32(at));
  if ((physLoad32(at + 4) & 0x00ff_ffff) != (ELF_IDENT & 0x00ff_ffff))
    return refuse(ImageError.NOT_ELF64, physLoad32(at + 4));
  if (physLoad16(at + 16) != ET_DYN) return refuse(ImageError.NOT_RELOCATABLE, physLoad16(at + 16));
  if (physLoad16(at + 18) != imageMachine()) return refuse(ImageError.WRONG_MACHINE, physLoad16(at + 18));
  return checkSegments();
}

function segmentHeader(index: u32): u64 {
  return file + physLoad64(file + 32) + <u64>index * SEGMENT_HEADER_BYTES;
}

function checkSegments(): u32 {
  const table = physLoad64(file + 32);
  const count = physLoad16(file + 56);
  if (physLoad16(file + 54) != SEGMENT_HEADER_BYTES) return refuse(ImageError.BAD_HEADER, physLoad16(file + 54));
  if (count == 0 || count > MAX_SEGMENT_HEADERS) return refuse(ImageError.BAD_HEADER, count);
  if (!isAligned(table, 8) || !inFile(table, <u64>count * SEGMENT_HEADER_BYTES))
    return refuse(ImageError.TRUNCATED, table);
  for (let i: u32 = 0; i < count; i++) {
    const type = physLoad32(segmentHeader(i));
    const error = type == PT_LOAD ? checkSegment(i) : type == PT_DYNAMIC ? noteDynamic(i) : ImageError.NONE;
    if (error != ImageError.NONE) return error;
  }
  if (imageBytes == 0) return refuse(ImageError.BAD_SEGMENT, 0);
  const entry = physLoad64(file + 24);
  if (entry >= imageBytes) return refuse(ImageError.BAD_ENTRY, entry);
  return ImageError.NONE;
}

function inFile(offset: u64, bytes: u64): bool {
  return offset <= fileBytes && bytes <= fileBytes - offset;
}

function checkSegment(index: u32): u32 {
  const header = segmentHeader(index);
  const rights = physLoad32(header + 4) & 7;
  const offset = physLoad64(header + 8);
  const virtual = physLoad64(header + 16);
  const inFileBytes = physLoad64(header + 32);
  const inMemoryBytes = physLoad64(header + 40);
  if ((rights & (Right.WRITE | Right.EXECUTE)) == (Right.WRITE | Right.EXECUTE))
    return refuse(ImageError.WRITE_EXECUTE, virtual);
  if (rights == 0 || virtual != imageBytes) return refuse(ImageError.BAD_SEGMENT, virtual);
  if (inMemoryBytes == 0 || inMemoryBytes > MAX_IMAGE_BYTES - imageBytes)
    return refuse(ImageError.BAD_SEGMENT, inMemoryBytes);
  if (!isAligned(inMemoryBytes, PAGE_BYTES) || inFileBytes > inMemoryBytes)
    return refuse(ImageError.BAD_SEGMENT, inMemoryBytes);
  if (!inFile(offset, inFileBytes)) return refuse(ImageError.TRUNCATED, offset);
  imageBytes += inMemoryBytes;
  return ImageError.NONE;
}

function noteDynamic(index: u32): u32 {
  const header = segmentHeader(index);
  dynamicAt = physLoad64(header + 8);
  dynamicBytes = physLoad64(header + 32);
  if (!isAligned(dynamicAt, 8) || !inFile(dynamicAt, dynamicBytes)) return refuse(ImageError.TRUNCATED, dynamicAt);
  return ImageError.NONE;
}

/** Bytes from the first to the last segment of the image that was checked. */
export function imageExtent(): u64 {
  return imageBytes;
}

export function imageEntry(): u64 {
  return physLoad64(file + 24);
}

/** Maps and fills the checked image at `base` of `space`, and relocates it. */
export function loadImage(space: Space, base: VirtAddr): u32 {
  const count = physLoad16(file + 56);
  for (let i: u32 = 0; i < count; i++) {
    const header = segmentHeader(i);
    if (physLoad32(header) != PT_LOAD) continue;
    const rights = physLoad32(header + 4) & 7;
    const at = <VirtAddr>(base + physLoad64(header + 16));
    const error = addRegion(space, at, physLoad64(header + 40), kindOf(rights), rights);
    if (error != SpaceError.NONE) return refuse(ImageError.NO_MEMORY, imageBytes);
    fillSpace(space, at, <PhysAddr>(file + physLoad64(header + 8)), physLoad64(header + 32));
  }
  return relocate(space, base);
}

function kindOf(rights: u32): u32 {
  if ((rights & Right.EXECUTE) != 0) return RegionKind.TEXT;
  return (rights & Right.WRITE) != 0 ? RegionKind.DATA : RegionKind.RODATA;
}

/** Applies the R_X86_64_RELATIVE relocations (System V ABI, AMD64 supplement, 4.4.1): word at `offset` = base + addend. */
function relocate(space: Space, base: VirtAddr): u32 {
  const table = dynamicValue(DT_RELA);
  const bytes = dynamicValue(DT_RELASZ);
  if (bytes == 0) return ImageError.NONE;
  const fileOffset = fileOffsetOf(table);
  if (!isAligned(fileOffset, 8) || !inFile(fileOffset, bytes)) return refuse(ImageError.BAD_RELOCATION, table);
  for (let done: u64 = 0; done + RELA_BYTES <= bytes; done += RELA_BYTES) {
    const entry = file + fileOffset + done;
    const offset = physLoad64(entry);
    if (physLoad64(entry + 8) != R_X86_64_RELATIVE) return refuse(ImageError.BAD_RELOCATION, physLoad64(entry + 8));
    if (!isAligned(offset, 8) || offset > imageBytes - 8) return refuse(ImageError.BAD_RELOCATION, offset);
    storeWord(space, <VirtAddr>(base + offset), base + physLoad64(entry + 16));
  }
  return ImageError.NONE;
}

function dynamicValue(tag: u64): u64 {
  for (let done: u64 = 0; done + 16 <= dynamicBytes; done += 16) {
    if (physLoad64(file + dynamicAt + done) == tag) return physLoad64(file + dynamicAt + done + 8);
  }
  return 0;
}

/** Where the file has what the image has at `virtual`; past the file's end when it has it nowhere. */
function fileOffsetOf(virtual: u64): u64 {
  const count = physLoad16(file + 56);
  for (let i: u32 = 0; i < count; i++) {
    const header = segmentHeader(i);
    const first = physLoad64(header + 16);
    if (physLoad32(header) != PT_LOAD || virtual < first || virtual - first >= physLoad64(header + 32)) continue;
    return physLoad64(header + 8) + (virtual - first);
  }
  return u64.MAX_VALUE & ~7;
}
