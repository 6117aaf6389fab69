/** The programs that boot.cfg names, read and checked; the kernel starts them from the files as they are, and checks them again. */
import { MAX_PROGRAM_BYTES, PROGRAM_UNIT_BYTES } from "../kernel/bootinfo/elf";
import { addModuleInfo } from "./bootinfo/block";
import { programName, programNameBytes, programTotal } from "./config";
import { checkHeader } from "./elf/header";
import { checkProgramSegments, checkSegments } from "./elf/segments";
import { fileBytes, readFile, setPath } from "./files";

const PROGRAM_FILE_LIMIT_BYTES: u64 = 0x400_0000;

export function loadPrograms(): void {
  for (let i: u32 = 0; i < programTotal(); i++) loadProgram(programName(i), programNameBytes(i));
}

function loadProgram(name: u64, nameBytes: u64): void {
  setPath("\\nitros\\programs\\", name, nameBytes, ".elf");
  const file = readFile(PROGRAM_FILE_LIMIT_BYTES);
  checkHeader(file, fileBytes());
  checkSegments(PROGRAM_UNIT_BYTES);
  checkProgramSegments(PROGRAM_UNIT_BYTES, MAX_PROGRAM_BYTES);
  addModuleInfo(file, fileBytes(), name, nameBytes);
}
