/** ELF64 headers: every check that a file must pass before anything of it is used (platform/CONTRACT.md, "Images"). */
import {
  ELF_HEADER_BYTES,
  ELF_IDENTITY,
  ELF_IDENTITY_MASK,
  ELF_MAGIC,
  ElfAt,
  ET_DYN,
  MAX_PROGRAM_HEADERS,
  PROGRAM_HEADER_BYTES,
} from "../../kernel/bootinfo/elf";
import { decimal, hex, text } from "../console";
import { endError, Status } from "../errors";
import { startFileError } from "../files";
import { imageMachine, load16, load32, load64 } from "../firmware";

let fileAddress: u64 = 0;
let fileByteCount: u64 = 0;

/** Checks the file's header and remembers the file for `elf/segments.ts` and `elf/relocations.ts`. */
export function checkHeader(file: u64, byteCount: u64): void {
  fileAddress = file;
  fileByteCount = byteCount;
  if (byteCount < 4 || load32(file) != ELF_MAGIC) notElf();
  if (byteCount < ELF_HEADER_BYTES) truncatedElf("its header", 0, ELF_HEADER_BYTES);
  expectField("class, encoding and version", load32(file + ElfAt.identity) & ELF_IDENTITY_MASK, ELF_IDENTITY);
  expectField("type", load16(file + ElfAt.type), ET_DYN);
  expectField("machine", load16(file + ElfAt.machine), imageMachine());
  expectField("program header size", load16(file + ElfAt.programHeaderBytes), <u32>PROGRAM_HEADER_BYTES);
  checkProgramHeaders();
}

function checkProgramHeaders(): void {
  const count = programHeaderCount();
  if (count == 0 || count > MAX_PROGRAM_HEADERS) unexpectedField("program header count", count, MAX_PROGRAM_HEADERS);
  const offset = load64(fileAddress + ElfAt.programHeaders);
  if (offset % 8 != 0) unexpectedField("program header offset", offset, ELF_HEADER_BYTES);
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
  return load64(fileAddress + ElfAt.entry);
}

export function programHeaderCount(): u32 {
  return load16(fileAddress + ElfAt.programHeaderCount);
}

/** Address of program header `index`. */
export function programHeader(index: u32): u64 {
  return fileAddress + load64(fileAddress + ElfAt.programHeaders) + index * PROGRAM_HEADER_BYTES;
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
