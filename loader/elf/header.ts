/** ELF64 headers: where the fields are, and every check that a file must pass before anything of it is used (platform/CONTRACT.md, "Images"). */
import { decimal, hex, text } from "../console";
import { endError, Status } from "../errors";
import { startFileError } from "../files";
import { imageMachine, load16, load32, load64, load8 } from "../firmware";

/** Elf64_Ehdr. */
namespace HeaderAt {
  export const magic: u64 = 0;
  export const fileClass: u64 = 4;
  export const encoding: u64 = 5;
  export const type: u64 = 16;
  export const machine: u64 = 18;
  export const entry: u64 = 24;
  export const programHeaders: u64 = 32;
  export const programHeaderBytes: u64 = 54;
  export const programHeaderCount: u64 = 56;
}
const HEADER_BYTES: u64 = 64;
const PROGRAM_HEADER_BYTES: u64 = 56;
/** More than any image here has, and few enough that checking is quick. */
const MAX_PROGRAM_HEADERS: u32 = 64;

/** 7f 45 4c 46: DEL "ELF". */
const MAGIC: u32 = 0x464c_457f;
const CLASS_64: u32 = 2;
const LITTLE_ENDIAN: u32 = 1;
const ET_DYN: u32 = 3;

let fileAddress: u64 = 0;
let fileByteCount: u64 = 0;

/** Checks the file's header and remembers the file for `elf/segments.ts` and `elf/relocations.ts`. */
export function checkHeader(file: u64, byteCount: u64): void {
  fileAddress = file;
  fileByteCount = byteCount;
  if (byteCount < 4 || load32(file) != MAGIC) notElf();
  if (byteCount < HEADER_BYTES) truncatedElf("its header", 0, HEADER_BYTES);
  expectField("class", load8(file + HeaderAt.fileClass), CLASS_64);
  expectField("data encoding", load8(file + HeaderAt.encoding), LITTLE_ENDIAN);
  expectField("type", load16(file + HeaderAt.type), ET_DYN);
  expectField("machine", load16(file + HeaderAt.machine), imageMachine());
  expectField("program header size", load16(file + HeaderAt.programHeaderBytes), <u32>PROGRAM_HEADER_BYTES);
  checkProgramHeaders();
}

function checkProgramHeaders(): void {
  const count = programHeaderCount();
  if (count == 0 || count > MAX_PROGRAM_HEADERS) unexpectedField("program header count", count, MAX_PROGRAM_HEADERS);
  const offset = load64(fileAddress + HeaderAt.programHeaders);
  if (offset % 8 != 0) unexpectedField("program header offset", offset, HEADER_BYTES);
  const byteCount = count * PROGRAM_HEADER_BYTES;
  if (!isInFile(offset, byteCount)) truncatedElf("its program headers", offset, byteCount);
}

/** Whether the file has `byteCount` bytes at `offset`; neither is trusted. */
export function isInFile(offset: u64, byteCount: u64): bool {
  return offset <= fileByteCount && byteCount <= fileByteCount - offset;
}

export function elfFile(): u64 {
  return fileAddress;
}

export function entryPoint(): u64 {
  return load64(fileAddress + HeaderAt.entry);
}

export function programHeaderCount(): u32 {
  return load16(fileAddress + HeaderAt.programHeaderCount);
}

/** Address of program header `index`. */
export function programHeader(index: u32): u64 {
  return fileAddress + load64(fileAddress + HeaderAt.programHeaders) + index * PROGRAM_HEADER_BYTES;
}

function notElf(): void {
  startFileError("NotElf");
  text("is not an ELF file: it starts with ");
  if (fileByteCount < 4) text("nothing much");
  else hex(load32(fileAddress));
  text(", not 0x464c457f");
  endError(Status.BAD_FILE);
}

function expectField(field: string, found: u32, wanted: u32): void {
  if (found != wanted) unexpectedField(field, found, wanted);
}

function unexpectedField(field: string, found: u64, wanted: u64): void {
  startFileError("WrongElf");
  text("has ELF ");
  text(field);
  text(" ");
  hex(found);
  text("; want ");
  hex(wanted);
  endError(Status.BAD_FILE);
}

export function truncatedElf(part: string, offset: u64, byteCount: u64): void {
  startFileError("TruncatedElf");
  text("has ");
  decimal(fileByteCount);
  text(" bytes, but ");
  text(part);
  text(" would be ");
  hex(byteCount);
  text(" bytes at offset ");
  hex(offset);
  endError(Status.BAD_FILE);
}
