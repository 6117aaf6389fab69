/** Relocations of the loaded kernel image (System V ABI, "Dynamic Section"; AMD64 supplement §4.4). */
import { hex, text } from "../console";
import { endError, Status } from "../errors";
import { startFileError } from "../files";
import { load32, load64, store64 } from "../firmware";
import { programHeader, programHeaderCount } from "./header";
import { imageBase, ProgramHeaderAt, PT_DYNAMIC, segmentHolding } from "./segments";

/** Elf64_Dyn tags. */
namespace Tag {
  export const NULL: u64 = 0;
  export const NEEDED: u64 = 1;
  export const RELA: u64 = 7;
  export const RELA_BYTES: u64 = 8;
  export const REL: u64 = 17;
  export const JUMP_RELOCATIONS: u64 = 23;
  export const RELR: u64 = 36;
}
const DYNAMIC_BYTES: u64 = 16;

/** Elf64_Rela: u64 offset, u64 info (type, symbol << 32), i64 addend. */
const RELA_BYTES: u64 = 24;
const R_X86_64_RELATIVE: u64 = 8;

let tableAddress: u64 = 0;
let tableBytes: u64 = 0;

/** Makes the image at `physical` right for running at `virtual`. Returns how many relocations it had. */
export function relocate(physical: u64, virtual: u64): u64 {
  tableAddress = 0;
  tableBytes = 0;
  const count = programHeaderCount();
  for (let i: u32 = 0; i < count; i++) {
    if (load32(programHeader(i) + ProgramHeaderAt.type) == PT_DYNAMIC) readDynamic(programHeader(i), physical);
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
    if (tag == Tag.NULL) return;
    readTag(tag, load64(entry + 8));
  }
}

function readTag(tag: u64, value: u64): void {
  if (tag == Tag.RELA) tableAddress = value;
  else if (tag == Tag.RELA_BYTES) tableBytes = value;
  else if (tag == Tag.NEEDED || tag == Tag.REL || tag == Tag.JUMP_RELOCATIONS || tag == Tag.RELR) {
    badRelocation("dynamic linking that is not supported, tag ", tag);
  }
}

function checkTable(): void {
  if (tableBytes == 0) return;
  if (tableBytes % RELA_BYTES != 0) badRelocation("a relocation table of odd size ", tableBytes);
  if (tableAddress % 8 != 0 || segmentHolding(tableAddress, tableBytes) == 0) {
    badRelocation("a relocation table outside its segments, at ", tableAddress);
  }
}

function applyRelocation(entry: u64, physical: u64, virtual: u64): void {
  const target = load64(entry);
  const info = load64(entry + 8);
  if (info != R_X86_64_RELATIVE) badRelocation("a relocation that is not R_X86_64_RELATIVE, info ", info);
  if (target % 8 != 0 || segmentHolding(target, 8) == 0)
    badRelocation("a relocation outside its segments, at ", target);
  store64(physical + target - imageBase(), load64(entry + 16) + virtual - imageBase());
}

function badRelocation(problem: string, value: u64): void {
  startFileError("BadRelocation");
  text("has ");
  text(problem);
  hex(value);
  endError(Status.BAD_FILE);
}
