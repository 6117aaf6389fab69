/** A client of the file server: it maps a file of the boot image, changes its own copy, and leaves a note for whoever comes next. */
import {
  call,
  gotHandle,
  load32,
  load64,
  mmapCopies,
  mmapShared,
  msync,
  portName,
  portOpen,
  print,
  printAddress,
  printLine,
  printNumber,
  Protect,
  setWord,
  store64,
  taskNumber,
  word,
} from "nitros";

const IMAGE: u64 = 1;
const NOTES: u64 = 2;
const PAGE: u64 = 4096;
/** "\x7fELF" */
const ELF: u32 = 0x464c_457f;

export function main(): i32 {
  const port = <u64>portOpen(portName("files"));
  setWord(0, IMAGE);
  call(port, 1);
  const bytes = word(0);
  const file = <u64>mmapCopies(0, bytes, Protect.READ | Protect.WRITE, 0, gotHandle(), 0);
  print("I mapped ");
  printNumber(<i64>bytes);
  print(" bytes of a file at ");
  printAddress(file);
  printLine("; no page of it is here yet.");
  if (load32(file) != ELF) return 1;
  printLine("I read four bytes: a fault, a message to the server, and they are those of an ELF file.");
  store64(file, 0);
  printLine("I wrote to my copy. The file is as it was.");
  return leaveNote(port);
}

function leaveNote(port: u64): i32 {
  setWord(0, NOTES);
  call(port, 1);
  const notes = <u64>mmapShared(0, 8 * PAGE, Protect.READ | Protect.WRITE, 0, gotHandle(), 0);
  const last = load64(notes);
  if (last != 0) {
    print("Task ");
    printNumber(<i64>last);
    printLine(" left a note before me.");
  }
  store64(notes, taskNumber());
  if (msync(notes, 8 * PAGE) != 0) return 2;
  printLine("I left a note, and the server has it.");
  return 0;
}
