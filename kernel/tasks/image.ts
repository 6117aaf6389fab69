import { imageMachine, physLoad16, physLoad32, physLoad64 } from "platform";
import { PhysAddr, VirtAddr } from "../address/addr";
import { isAligned, PAGE_BYTES } from "../address/pages";
import {
  DYNAMIC_BYTES,
  DynamicTag,
  ELF_HEADER_BYTES,
  ELF_IDENTITY,
  ELF_IDENTITY_MASK,
  ELF_MAGIC,
  ElfAt,
  ET_DYN,
  isUnsupportedTag,
  MAX_PROGRAM_BYTES,
  MAX_PROGRAM_HEADERS,
  PROGRAM_HEADER_BYTES,
  PROGRAM_UNIT_BYTES,
  ProgramHeaderAt,
  R_X86_64_RELATIVE,
  RELA_BYTES,
  RelaAt,
  SegmentType,
} from "../bootinfo/elf";
import { MAX_SEGMENTS } from "../bootinfo/layout";
import { checkManifest, manifestErrorFound } from "../manifests/check";
import { ManifestError } from "../manifests/errors";
import { NOTE_BYTES, NOTE_NAME, NOTE_NAME_BYTES, NOTE_TYPE, NoteAt } from "../manifests/layout";
import { placeImage } from "../spaces/image-pages";
import { RegionKind } from "../spaces/kinds";
import { MOST_OF_QUOTA, QUOTA_BYTES, QUOTA_KINDS, QUOTA_NOTE_TYPE } from "../quotas/layout";
import { kindRefused } from "../quotas/quota";
import { Right } from "../spaces/region";
import { addPopulated } from "../spaces/populate";
import { fillSpace, Space, SpaceError, storeWord } from "../spaces/space";
import { ImageError } from "./image-errors";

/**
 * Program images: ELF64, ET_DYN, as `platform/CONTRACT.md` describes them. Everything read from the file is checked against the
 * file's length and the image's extent before it is used: the file comes from a disk. All checks come before the first page is mapped.
 */
const RIGHTS: u32 = 7;
if (RIGHTS != (Right.READ | Right.WRITE | Right.EXECUTE)) ERROR("RIGHTS is the three rights");

let file: PhysAddr = <PhysAddr>0;
let fileBytes: u64 = 0;
/** What was found where something else was expected. */
let found: u64 = 0;
let imageBytes: u64 = 0;
let segmentCount: u32 = 0;
let dynamicAt: u64 = 0;
let dynamicBytes: u64 = 0;
/** The relocation table: as linked, until `checkTable` has found out where the file has it. */
let tableAt: u64 = 0;
let tableBytes: u64 = 0;
/** Physical address of the manifest; 0: the image has none. */
let manifest: u64 = 0;
/** Why it was refused. */
let manifestError: u32 = ManifestError.NONE;
/** Physical address of the quota; 0: the image has none. */
let quota: u64 = 0;

/** The value that `error`, which was the last, is about. */
export function imageErrorFound(error: u32): u64 {
  if (error == ImageError.OVER_QUOTA) return kindRefused();
  return error == ImageError.NO_MEMORY ? imageBytes : found;
}

/** What was wrong with the manifest, when that is why the last image was refused. */
export function imageManifestError(): u32 {
  return manifestError;
}

function refuse(error: u32, value: u64): u32 {
  found = value;
  return error;
}

/** Checks the image; touches no space. After NONE, `imageExtent` and `loadImage` may be called. */
export function checkImage(at: PhysAddr, bytes: u64): u32 {
  file = at;
  fileBytes = bytes;
  imageBytes = 0;
  segmentCount = 0;
  dynamicBytes = 0;
  manifest = 0;
  quota = 0;
  let error = checkHeader();
  if (error == ImageError.NONE) error = checkSegments();
  if (error == ImageError.NONE) error = checkEntry();
  if (error == ImageError.NONE) error = checkDynamic();
  return error == ImageError.NONE ? checkRelocations() : error;
}

function checkHeader(): u32 {
  if (fileBytes < ELF_HEADER_BYTES) return refuse(ImageError.TRUNCATED, fileBytes);
  const magic = physLoad32(file + ElfAt.magic);
  if (magic != ELF_MAGIC) return refuse(ImageError.NOT_ELF, magic);
  const identity = physLoad32(file + ElfAt.identity);
  if ((identity & ELF_IDENTITY_MASK) != ELF_IDENTITY) return refuse(ImageError.NOT_ELF64, identity);
  const type = physLoad16(file + ElfAt.type);
  if (type != ET_DYN) return refuse(ImageError.NOT_RELOCATABLE, type);
  const machine = physLoad16(file + ElfAt.machine);
  if (machine != imageMachine()) return refuse(ImageError.WRONG_MACHINE, machine);
  const headerBytes = physLoad16(file + ElfAt.programHeaderBytes);
  if (headerBytes != PROGRAM_HEADER_BYTES) return refuse(ImageError.BAD_HEADER, headerBytes);
  const count = headerCount();
  if (count == 0 || count > MAX_PROGRAM_HEADERS) return refuse(ImageError.BAD_HEADER, count);
  const table = physLoad64(file + ElfAt.programHeaders);
  if (!isAligned(table, 8)) return refuse(ImageError.BAD_HEADER, table);
  return inFile(table, count * PROGRAM_HEADER_BYTES) ? ImageError.NONE : refuse(ImageError.TRUNCATED, table);
}

function headerCount(): u32 {
  return physLoad16(file + ElfAt.programHeaderCount);
}

function programHeader(index: u32): u64 {
  return file + physLoad64(file + ElfAt.programHeaders) + index * PROGRAM_HEADER_BYTES;
}

function typeOf(header: u64): u32 {
  return physLoad32(header + ProgramHeaderAt.type);
}

function rightsOf(header: u64): u32 {
  return physLoad32(header + ProgramHeaderAt.flags) & RIGHTS;
}

function checkSegments(): u32 {
  const count = headerCount();
  for (let i: u32 = 0; i < count; i++) {
    const header = programHeader(i);
    let error: u32 = ImageError.NONE;
    if (typeOf(header) == SegmentType.LOAD) error = checkSegment(header);
    else if (typeOf(header) == SegmentType.DYNAMIC) error = noteDynamic(header);
    else if (typeOf(header) == SegmentType.NOTE) error = noteNote(header);
    else if (typeOf(header) == SegmentType.INTERPRETER) error = refuse(ImageError.DYNAMIC_LINKING, typeOf(header));
    if (error != ImageError.NONE) return error;
  }
  return segmentCount == 0 ? refuse(ImageError.BAD_SEGMENT, 0) : ImageError.NONE;
}

function inFile(offset: u64, bytes: u64): bool {
  return offset <= fileBytes && bytes <= fileBytes - offset;
}

/** It begins where the one before it has ended, the first at 0. */
function checkSegment(header: u64): u32 {
  const rights = rightsOf(header);
  const virtual = physLoad64(header + ProgramHeaderAt.virtual);
  const inMemoryBytes = physLoad64(header + ProgramHeaderAt.memoryBytes);
  const inFileBytes = physLoad64(header + ProgramHeaderAt.fileBytes);
  const offset = physLoad64(header + ProgramHeaderAt.offset);
  if ((rights & (Right.WRITE | Right.EXECUTE)) == (Right.WRITE | Right.EXECUTE))
    return refuse(ImageError.WRITE_EXECUTE, virtual);
  if ((rights & Right.READ) == 0 || virtual != imageBytes) return refuse(ImageError.BAD_SEGMENT, virtual);
  if (segmentCount == MAX_SEGMENTS) return refuse(ImageError.BAD_SEGMENT, segmentCount + 1);
  if (inMemoryBytes == 0 || inMemoryBytes > MAX_PROGRAM_BYTES - imageBytes)
    return refuse(ImageError.BAD_SEGMENT, inMemoryBytes);
  if (!isAligned(inMemoryBytes, PROGRAM_UNIT_BYTES)) return refuse(ImageError.BAD_SEGMENT, inMemoryBytes);
  if (inFileBytes > inMemoryBytes) return refuse(ImageError.BAD_SEGMENT, inFileBytes);
  if (!inFile(offset, inFileBytes)) return refuse(ImageError.TRUNCATED, offset);
  imageBytes += inMemoryBytes;
  segmentCount += 1;
  return ImageError.NONE;
}

function checkEntry(): u32 {
  const count = headerCount();
  const entry = imageEntry();
  for (let i: u32 = 0; i < count; i++) {
    const header = programHeader(i);
    const first = physLoad64(header + ProgramHeaderAt.virtual);
    if (typeOf(header) != SegmentType.LOAD || (rightsOf(header) & Right.EXECUTE) == 0 || entry < first) continue;
    if (entry - first < physLoad64(header + ProgramHeaderAt.memoryBytes)) return ImageError.NONE;
  }
  return refuse(ImageError.BAD_ENTRY, entry);
}

function noteDynamic(header: u64): u32 {
  dynamicAt = physLoad64(header + ProgramHeaderAt.offset);
  dynamicBytes = physLoad64(header + ProgramHeaderAt.fileBytes);
  const isThere = isAligned(dynamicAt, 8) && inFile(dynamicAt, dynamicBytes);
  return isThere ? ImageError.NONE : refuse(ImageError.TRUNCATED, dynamicAt);
}

/** Notes of other names are for others. */
function noteNote(header: u64): u32 {
  const offset = physLoad64(header + ProgramHeaderAt.offset);
  const bytes = physLoad64(header + ProgramHeaderAt.fileBytes);
  if (!inFile(offset, bytes)) return refuse(ImageError.TRUNCATED, offset);
  const note = file + offset;
  if (bytes < NOTE_BYTES || physLoad32(note + NoteAt.nameBytes) != NOTE_NAME_BYTES) return ImageError.NONE;
  if (nameOfNote(note) != NOTE_NAME) return ImageError.NONE;
  const type = physLoad32(note + NoteAt.type);
  if (type == QUOTA_NOTE_TYPE) return noteQuota(note, bytes);
  return type == NOTE_TYPE ? noteManifest(note, bytes) : ImageError.NONE;
}

function noteManifest(note: u64, bytes: u64): u32 {
  if (manifest != 0) return refuseManifest(ManifestError.REPEATED, manifest - file);
  if (physLoad32(note + NoteAt.bytes) != bytes - NOTE_BYTES || !isAligned(note + NOTE_BYTES, 8))
    return refuseManifest(ManifestError.TRUNCATED, bytes - NOTE_BYTES);
  manifest = note + NOTE_BYTES;
  const error = checkManifest(manifest, bytes - NOTE_BYTES);
  return error == ManifestError.NONE ? ImageError.NONE : refuseManifest(error, manifestErrorFound());
}

/** One, of numbers that a limit may be. */
function noteQuota(note: u64, bytes: u64): u32 {
  if (quota != 0 || bytes != NOTE_BYTES + QUOTA_BYTES) return refuse(ImageError.BAD_QUOTA, bytes);
  if (physLoad32(note + NoteAt.bytes) != QUOTA_BYTES || !isAligned(note + NOTE_BYTES, 8))
    return refuse(ImageError.BAD_QUOTA, physLoad32(note + NoteAt.bytes));
  quota = note + NOTE_BYTES;
  for (let kind: u32 = 0; kind < QUOTA_KINDS; kind++) {
    if (quotaLimit(kind) > MOST_OF_QUOTA) return refuse(ImageError.BAD_QUOTA, quotaLimit(kind));
  }
  return ImageError.NONE;
}

/** How much of a QuotaKind the image's tasks may have; 0: as much as there is. */
export function quotaLimit(kind: u32): u32 {
  return quota == 0 ? 0 : physLoad32(quota + <u64>kind * 4);
}

/** Has the image a quota? */
export function hasQuota(): bool {
  return quota != 0;
}

function nameOfNote(note: u64): u64 {
  return (<u64>physLoad32(note + NoteAt.name)) | ((<u64>physLoad32(note + NoteAt.name + 4)) << 32);
}

function refuseManifest(error: u32, value: u64): u32 {
  manifestError = error;
  return refuse(ImageError.BAD_MANIFEST, value);
}

/** Reads the dynamic section, up to its NULL. */
function checkDynamic(): u32 {
  tableAt = 0;
  tableBytes = 0;
  for (let done: u64 = 0; done + DYNAMIC_BYTES <= dynamicBytes; done += DYNAMIC_BYTES) {
    const tag = physLoad64(file + dynamicAt + done);
    const value = physLoad64(file + dynamicAt + done + 8);
    if (tag == DynamicTag.NULL) break;
    if (isUnsupportedTag(tag)) return refuse(ImageError.DYNAMIC_LINKING, tag);
    if (tag == DynamicTag.RELA) tableAt = value;
    else if (tag == DynamicTag.RELA_BYTES) tableBytes = value;
  }
  return tableBytes == 0 ? ImageError.NONE : checkTable();
}

/** Finds the relocation table in the file. */
function checkTable(): u32 {
  if (tableBytes % RELA_BYTES != 0) return refuse(ImageError.RELOCATION_TABLE, tableBytes);
  const offset = fileOffsetOf(tableAt);
  if (!isAligned(offset, 8) || !inFile(offset, tableBytes)) return refuse(ImageError.RELOCATION_TABLE, tableAt);
  tableAt = offset;
  return ImageError.NONE;
}

/** Where the file has what the image has at `virtual`; past the file's end when it has it nowhere. */
function fileOffsetOf(virtual: u64): u64 {
  const count = headerCount();
  for (let i: u32 = 0; i < count; i++) {
    const header = programHeader(i);
    const first = physLoad64(header + ProgramHeaderAt.virtual);
    if (typeOf(header) != SegmentType.LOAD || virtual < first) continue;
    if (virtual - first < physLoad64(header + ProgramHeaderAt.fileBytes))
      return physLoad64(header + ProgramHeaderAt.offset) + (virtual - first);
  }
  return u64.MAX_VALUE & ~7;
}

/** Each is of the one known type, and of a whole word of the image. */
function checkRelocations(): u32 {
  for (let done: u64 = 0; done < tableBytes; done += RELA_BYTES) {
    const entry = file + tableAt + done;
    const info = physLoad64(entry + RelaAt.info);
    if (info != R_X86_64_RELATIVE) return refuse(ImageError.BAD_RELOCATION, info);
    const offset = physLoad64(entry + RelaAt.offset);
    if (!isAligned(offset, 8) || offset > imageBytes - 8) return refuse(ImageError.BAD_RELOCATION, offset);
  }
  return ImageError.NONE;
}

/** Bytes from the first to the last segment of the image that was checked. */
export function imageExtent(): u64 {
  return imageBytes;
}

/** Physical address of its manifest, in the file; 0: it has none. */
export function imageManifest(): u64 {
  return manifest;
}

/** Where it starts, as linked. */
export function imageEntry(): u64 {
  return physLoad64(file + ElfAt.entry);
}

/** Maps the checked image at `base` of `space`, from the file or filled from it, and relocates it. */
export function loadImage(space: Space, base: VirtAddr): u32 {
  const count = headerCount();
  for (let i: u32 = 0; i < count; i++) {
    if (typeOf(programHeader(i)) != SegmentType.LOAD) continue;
    const error = loadSegment(space, base, programHeader(i));
    if (error != ImageError.NONE) return error;
  }
  relocate(space, base);
  return ImageError.NONE;
}

function loadSegment(space: Space, base: VirtAddr, header: u64): u32 {
  const rights = rightsOf(header);
  const at = <VirtAddr>(base + physLoad64(header + ProgramHeaderAt.virtual));
  const last = at + physLoad64(header + ProgramHeaderAt.memoryBytes) - 1;
  const from = <PhysAddr>(file + physLoad64(header + ProgramHeaderAt.offset));
  const isInFile = isAsInFile(header, from);
  const error = isInFile
    ? placeImage(space, at, last, kindOf(rights), rights, from)
    : addPopulated(space, at, last, kindOf(rights), rights);
  if (error != SpaceError.NONE) return refuse(ImageError.NO_MEMORY, imageBytes);
  if (!isInFile) fillSpace(space, at, from, physLoad64(header + ProgramHeaderAt.fileBytes));
  return ImageError.NONE;
}

/** Can the segment's pages be the file's, which holds it from `from` on? Read-only, whole pages, all there, and nothing to relocate. */
function isAsInFile(header: u64, from: PhysAddr): bool {
  const bytes = physLoad64(header + ProgramHeaderAt.memoryBytes);
  if ((rightsOf(header) & Right.WRITE) != 0 || !isAligned(from, PAGE_BYTES)) return false;
  return physLoad64(header + ProgramHeaderAt.fileBytes) == bytes && !isRelocated(header, bytes);
}

function isRelocated(header: u64, bytes: u64): bool {
  const first = physLoad64(header + ProgramHeaderAt.virtual);
  for (let done: u64 = 0; done < tableBytes; done += RELA_BYTES) {
    if (physLoad64(file + tableAt + done + RelaAt.offset) - first < bytes) return true;
  }
  return false;
}

function kindOf(rights: u32): u32 {
  if ((rights & Right.EXECUTE) != 0) return RegionKind.TEXT;
  return (rights & Right.WRITE) != 0 ? RegionKind.DATA : RegionKind.RODATA;
}

/** Applies the relocations that have been checked. */
function relocate(space: Space, base: VirtAddr): void {
  for (let done: u64 = 0; done < tableBytes; done += RELA_BYTES) {
    const entry = file + tableAt + done;
    const at = <VirtAddr>(base + physLoad64(entry + RelaAt.offset));
    storeWord(space, at, base + physLoad64(entry + RelaAt.addend));
  }
}
