/** Relocations of the loaded kernel image (System V ABI, "Dynamic Section"; AMD64 supplement §4.4). */
import {
  DYNAMIC_BYTES,
  DynamicTag,
  isUnsupportedTag,
  ProgramHeaderAt,
  R_X86_64_RELATIVE,
  RELA_BYTES,
  RelaAt,
  SegmentType,
} from "../../kernel/bootinfo/elf";
import { hex, text } from "../console";
import { endError, Status } from "../errors";
import { startFileError } from "../files";
import { load32, load64, store64 } from "../firmware";
import { programHeader, programHeaderCount } from "./header";
import { imageBase, segmentHolding } from "./segments";

let tableAddress: u64 = 0;
let tableBytes: u64 = 0;

/** Makes the image at `physical` right for running at `virtual`. Returns how many relocations it had. */
export function relocate(physical: u64, virtual: u64): u64 {
  tableAddress = 0;
  tableBytes = 0;
  const count = programHeaderCount();
  for (let i: u32 = 0; i < count; i++) {
    if (load32(programHeader(i) + ProgramHeaderAt.type) == SegmentType.DYNAMIC) readDynamic(programHeader(i), physical);
  }
  checkTable();
  for (let done: u64 = 0; done < tableBytes; done += RELA_BYTES) {
    applyRelocation(physical - imageBase() + tableAddress + done, physical, virtual);
  }
  return tableBytes / RELA_BYTES;
}

function readDynamic(header: u64, physical: u64): void {
  const start = load64(header + ProgramHeaderAt.virtual);
  const byteCount = load64(header + ProgramHeaderAt.memoryBytes);
  if (start % 8 != 0 || segmentHolding(start, byteCount) == 0)
    badRelocation("a dynamic section outside its segments, at ", start);
  for (let at: u64 = 0; at + DYNAMIC_BYTES <= byteCount; at += DYNAMIC_BYTES) {
    const entry = physical + start - imageBase() + at;
    const tag = load64(entry);
    if (tag == DynamicTag.NULL) return;
    readTag(tag, load64(entry + 8));
  }
}

function readTag(tag: u64, value: u64): void {
  if (isUnsupportedTag(tag)) badRelocation("dynamic linking that is not supported, tag ", tag);
  if (tag == DynamicTag.RELA) tableAddress = value;
  else if (tag == DynamicTag.RELA_BYTES) tableBytes = value;
}

function checkTable(): void {
  if (tableBytes == 0) return;
  if (tableBytes % RELA_BYTES != 0) badRelocation("a relocation table of odd size ", tableBytes);
  if (tableAddress % 8 != 0 || segmentHolding(tableAddress, tableBytes) == 0) {
    badRelocation("a relocation table outside its segments, at ", tableAddress);
  }
}

function applyRelocation(entry: u64, physical: u64, virtual: u64): void {
  const target = load64(entry + RelaAt.offset);
  const info = load64(entry + RelaAt.info);
  if (info != R_X86_64_RELATIVE) badRelocation("a relocation that is not R_X86_64_RELATIVE, info ", info);
  if (target % 8 != 0 || segmentHolding(target, 8) == 0)
    badRelocation("a relocation outside its segments, at ", target);
  store64(physical + target - imageBase(), load64(entry + RelaAt.addend) + virtual - imageBase());
}

function badRelocation(problem: string, value: u64): void {
  startFileError("BadRelocation");
  text("has ");
  text(problem);
  hex(value);
  endError(Status.BAD_FILE);
}
