/** Files of the partition that the agent was started from (UEFI 2.10 §13.4, §13.5). */
import { ascii, decimal, hex, text } from "./console";
import { endError, firmwareFailed, startError, Status } from "./errors";
import { load64, load8, scratch, store16 } from "./firmware";
import { allocatePages } from "./memory";
import { FILE_INFO_BYTES, out, PATH_BYTES, ScratchAt, setOut } from "./scratch";
import { FileInfoGuid, FileSystemGuid, guidAddress, LoadedImageGuid } from "./uefi/guids";
import { pagesFor } from "./uefi/pages";
import { EFI_NOT_FOUND, isError } from "./uefi/status";
import { image, method, service } from "./uefi/system";
import {
  BootServicesAt,
  FILE_ATTRIBUTE_DIRECTORY,
  FILE_MODE_READ,
  FileAt,
  FileInfoAt,
  FileSystemAt,
  LoadedImageAt,
} from "./uefi/tables";

let root: u64 = 0;
let byteCount: u64 = 0;
let pathUnits: u64 = 0;

/** Opens the root folder. */
export function openVolume(): void {
  const loadedImage = protocolOf(image(), guidAddress(LoadedImageGuid.LOW, LoadedImageGuid.HIGH), "LoadedImage");
  const device = load64(loadedImage + LoadedImageAt.deviceHandle);
  const fileSystem = protocolOf(device, guidAddress(FileSystemGuid.LOW, FileSystemGuid.HIGH), "SimpleFileSystem");
  const status = method(fileSystem, FileSystemAt.openVolume, setOut(0, 0));
  if (isError(status)) firmwareFailed("OpenVolume", status);
  root = out(0);
}

function protocolOf(handle: u64, guid: u64, name: string): u64 {
  const status = service(BootServicesAt.handleProtocol, handle, guid, setOut(0, 0));
  if (isError(status)) firmwareFailed(name, status);
  return out(0);
}

/** Names the file that `readFile` reads and that errors are about: a literal, or a literal around a name of `nameBytes` ASCII. */
export function setPath(before: string, nameAt: u64 = 0, nameBytes: u64 = 0, after: string = ""): void {
  pathUnits = 0;
  putLiteral(before);
  for (let i: u64 = 0; i < nameBytes; i++) putUnit(load8(nameAt + i));
  putLiteral(after);
  store16(scratch() + ScratchAt.path + pathUnits * 2, 0);
}

function putLiteral(literal: string): void {
  const units = literal.length;
  for (let i = 0; i < units; i++) putUnit(load<u16>(changetype<usize>(literal) + ((<usize>i) << 1)));
}

function putUnit(unit: u32): void {
  if ((pathUnits + 1) * 2 >= PATH_BYTES) return;
  store16(scratch() + ScratchAt.path + pathUnits * 2, unit);
  pathUnits += 1;
}

/** Starts an error about the file that `setPath` named. */
export function startFileError(name: string): void {
  startError(name);
  printPath();
  text(" ");
}

/** The path is ASCII, so a byte of each unit says it all. */
export function printPath(): void {
  for (let i: u64 = 0; i < pathUnits; i++) ascii(scratch() + ScratchAt.path + i * 2, 1);
}

/** How many bytes the file has that `readFile` read last. */
export function fileBytes(): u64 {
  return byteCount;
}

/** Reads the whole file into pages of its own and returns their address. */
export function readFile(limitBytes: u64): u64 {
  const file = openFile();
  byteCount = sizeOf(file);
  if (byteCount == 0) emptyFile();
  if (byteCount > limitBytes) fileTooLarge(limitBytes);
  const address = allocatePages(pagesFor(byteCount), "a file");
  readFully(file, address);
  method(file, FileAt.close);
  return address;
}

function openFile(): u64 {
  const status = method(root, FileAt.open, setOut(0, 0), scratch() + ScratchAt.path, FILE_MODE_READ, 0);
  if (status == EFI_NOT_FOUND) {
    startFileError("FileMissing");
    text("is not on the boot partition");
    endError(Status.BAD_FILE);
  }
  if (isError(status)) fileUnreadable("Open", status);
  return out(0);
}

function sizeOf(file: u64): u64 {
  const info = scratch() + ScratchAt.fileInfo;
  const guid = guidAddress(FileInfoGuid.LOW, FileInfoGuid.HIGH);
  const status = method(file, FileAt.getInfo, guid, setOut(0, FILE_INFO_BYTES), info);
  if (isError(status)) fileUnreadable("GetInfo", status);
  if (load64(info + FileInfoAt.attribute) & FILE_ATTRIBUTE_DIRECTORY) {
    startFileError("FileUnreadable");
    text("is a folder");
    endError(Status.BAD_FILE);
  }
  return load64(info + FileInfoAt.fileSize);
}

/** Read may give less than was asked for; nothing at all means that the file has ended. */
function readFully(file: u64, address: u64): void {
  let done: u64 = 0;
  while (done < byteCount) {
    const status = method(file, FileAt.read, setOut(0, byteCount - done), address + done);
    if (isError(status)) fileUnreadable("Read", status);
    const count = out(0);
    if (count == 0 || count > byteCount - done) fileTruncated(done);
    done += count;
  }
}

function fileUnreadable(call: string, status: u64): void {
  startFileError("FileUnreadable");
  text("cannot be read: ");
  text(call);
  text(" returned ");
  hex(status);
  endError(Status.BAD_FILE);
}

function emptyFile(): void {
  startFileError("FileEmpty");
  text("has 0 bytes");
  endError(Status.BAD_FILE);
}

function fileTooLarge(limitBytes: u64): void {
  startFileError("FileTooLarge");
  text("has ");
  decimal(byteCount);
  text(" bytes; the limit is ");
  decimal(limitBytes);
  endError(Status.BAD_FILE);
}

function fileTruncated(done: u64): void {
  startFileError("FileTruncated");
  text("ends after ");
  decimal(done);
  text(" of its ");
  decimal(byteCount);
  text(" bytes");
  endError(Status.BAD_FILE);
}
