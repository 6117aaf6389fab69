/** Segments of the ELF file that `checkHeader` accepted: checked, then laid out. */
import { ProgramHeaderAt, SegmentType } from "../../kernel/bootinfo/elf";
import { MAX_SEGMENTS, SegmentRight } from "../../kernel/bootinfo/layout";
import { decimal, hex, text } from "../console";
import { endError, Status } from "../errors";
import { startFileError } from "../files";
import { load32, load64 } from "../firmware";
import { copyBytes, roundUp, zeroBytes } from "../memory";
import { elfFile, entryPoint, isInFile, programHeader, programHeaderCount, truncatedElf } from "./header";

/** The largest image and the highest address before relocation that make sense here: far below what could wrap. */
const MAX_IMAGE_BYTES: u64 = 0x4000_0000;

let segmentTotal: u32 = 0;
/** Program header indices of the PT_LOAD segments, a u32 each. */
const segmentHeaders: usize = memory.data(32, 4);
let lowest: u64 = 0;
let highest: u64 = 0;

export function segmentCount(): u32 {
  return segmentTotal;
}
/** Program header of segment `index`. */
export function segment(index: u32): u64 {
  return programHeader(load<u32>(segmentHeaders + ((<usize>index) << 2)));
}
/** The image's lowest virtual address, as linked. */
export function imageBase(): u64 {
  return lowest;
}
/** From the lowest address to the highest, in whole units of the alignment. */
export function imageBytes(): u64 {
  return highest - lowest;
}

/** `alignment` is that of each segment's address, and of where the next one begins. */
export function checkSegments(alignment: u64): void {
  segmentTotal = 0;
  const count = programHeaderCount();
  for (let i: u32 = 0; i < count; i++) {
    const type = load32(programHeader(i) + ProgramHeaderAt.type);
    if (type == SegmentType.INTERPRETER) badSegment(i, "asks for an interpreter, type ", type);
    if (type == SegmentType.LOAD) addSegment(i, alignment);
  }
  if (segmentTotal == 0) noSegments();
  checkEntry();
}

function addSegment(index: u32, alignment: u64): void {
  if (segmentTotal == MAX_SEGMENTS) badSegment(index, "is one more than the limit of ", MAX_SEGMENTS);
  checkSegment(index, alignment);
  const header = programHeader(index);
  const start = load64(header + ProgramHeaderAt.virtual);
  if (segmentTotal == 0) lowest = start;
  else if (start < highest) badSegment(index, "overlaps or precedes the one before it, at address ", start);
  else if (start != highest) badSegment(index, "leaves a gap after the one before it, at address ", start);
  highest = roundUp(start + load64(header + ProgramHeaderAt.memoryBytes), alignment);
  store<u32>(segmentHeaders + ((<usize>segmentTotal) << 2), index);
  segmentTotal += 1;
}

/** What programs must satisfy besides: they begin at 0, each segment has whole units, and all have `limitBytes` at most. */
export function checkProgramSegments(unit: u64, limitBytes: u64): void {
  let end: u64 = 0;
  for (let i: u32 = 0; i < segmentTotal; i++) {
    const index = load<u32>(segmentHeaders + ((<usize>i) << 2));
    const start = load64(segment(i) + ProgramHeaderAt.virtual);
    const byteCount = load64(segment(i) + ProgramHeaderAt.memoryBytes);
    if (start != end) badSegment(index, "does not begin where it should, but at address ", start);
    if (byteCount % unit != 0) badSegment(index, "is of a ragged size, of bytes ", byteCount);
    if (byteCount > limitBytes - end) badSegment(index, "is too large for a program, of bytes ", byteCount);
    end += byteCount;
  }
}

/** What one segment must satisfy whatever the others are. */
function checkSegment(index: u32, alignment: u64): void {
  const header = programHeader(index);
  const start = load64(header + ProgramHeaderAt.virtual);
  const inFile = load64(header + ProgramHeaderAt.fileBytes);
  const inMemory = load64(header + ProgramHeaderAt.memoryBytes);
  const flags = load32(header + ProgramHeaderAt.flags);
  const offset = load64(header + ProgramHeaderAt.offset);
  if (start % alignment != 0) badSegment(index, "is not aligned, at address ", start);
  if (inMemory == 0) badSegment(index, "is empty, at address ", start);
  if (inFile > inMemory) badSegment(index, "has more bytes in the file than in memory: ", inFile);
  if (start >= MAX_IMAGE_BYTES) badSegment(index, "is too high, at address ", start);
  if (inMemory > MAX_IMAGE_BYTES - start) badSegment(index, "is too large, of bytes ", inMemory);
  if ((flags & SegmentRight.READ) == 0) badSegment(index, "is not readable, flags ", flags);
  if ((flags & SegmentRight.WRITE) != 0 && (flags & SegmentRight.EXECUTE) != 0)
    badSegment(index, "is writable and executable, flags ", flags);
  if (!isInFile(offset, inFile)) truncatedElf("a segment", offset, inFile);
}

function checkEntry(): void {
  const entry = entryPoint();
  const holder = segmentHolding(entry, 1);
  if (holder != 0 && (load32(holder + ProgramHeaderAt.flags) & SegmentRight.EXECUTE) != 0) return;
  startFileError("BadEntry");
  text("starts at ");
  hex(entry);
  text(", which is in no executable segment");
  endError(Status.BAD_FILE);
}

/** The program header of the segment with all of these bytes, else 0. Addresses are as linked. */
export function segmentHolding(address: u64, byteCount: u64): u64 {
  for (let i: u32 = 0; i < segmentTotal; i++) {
    const header = segment(i);
    const start = load64(header + ProgramHeaderAt.virtual);
    const size = load64(header + ProgramHeaderAt.memoryBytes);
    if (address >= start && byteCount <= size && address - start <= size - byteCount) return header;
  }
  return 0;
}

/** Copies the segments to `to`, where the image's lowest byte goes, and zeroes the rest of the image. */
export function loadSegments(to: u64): void {
  for (let i: u32 = 0; i < segmentTotal; i++) {
    const header = segment(i);
    const start = load64(header + ProgramHeaderAt.virtual) - lowest;
    const copied = load64(header + ProgramHeaderAt.fileBytes);
    const end = i + 1 < segmentTotal ? load64(segment(i + 1) + ProgramHeaderAt.virtual) - lowest : highest - lowest;
    copyBytes(to + start, elfFile() + load64(header + ProgramHeaderAt.offset), copied);
    zeroBytes(to + start + copied, end - start - copied);
  }
}

function badSegment(index: u32, problem: string, value: u64): void {
  startFileError("BadSegment");
  text("has a bad program header: number ");
  decimal(index);
  text(" ");
  text(problem);
  hex(value);
  endError(Status.BAD_FILE);
}

function noSegments(): void {
  startFileError("BadSegment");
  text("has nothing to load");
  endError(Status.BAD_FILE);
}
