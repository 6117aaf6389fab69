import { Style, style } from "../console/style";
import {
  newLine,
  print,
  printBytes,
  printDecimal,
  printHexShort,
  printLine,
  printSigned,
  printVirtual,
  startLine,
} from "../console/text";
import { FaultBit } from "../spaces/fault-bits";
import { FaultReason, RegionKind } from "../spaces/kinds";
import { findRegion, Space } from "../spaces/space";
import { takeLine } from "./speech";
import { Task } from "./task";
import { Vector } from "./vectors";

/**
 * The report of a fault that killed a task:
 *
 *     task 2 (write-to-code) killed: it wrote to read-only memory
 *       address  v0x0000100000000000, 0x0 into its text
 *       access   write by user code (page fault, error code 0x7)
 *
 * Other exceptions have a line "cause" instead of the two.
 */
export function reportKill(task: Task, vector: u32, error: u64, address: u64, reason: u32): void {
  begin(task, ") killed: ");
  printLine(reasonText(reason));
  if (vector == Vector.PAGE_FAULT) reportPageFault(task.space, error, address, reason);
  else reportException(vector, error);
}

/**
 * The report of a task that was killed so that another could go on:
 *
 *     task 2 (hog) killed: it held most memory, and none was left
 *       held     22811 frames that nobody else did
 *       wanted   by task 1
 */
export function reportHolder(task: Task, frames: u64, wantedBy: u32): void {
  begin(task, ") killed: ");
  printLine(reasonText(FaultReason.HELD_MOST));
  print("  held     ");
  printDecimal(frames);
  printLine(" frames that nobody else did");
  print("  wanted   by task ");
  printDecimal(wantedBy);
  newLine();
}

/** A task that exited by itself, but not with 0. */
export function reportFailure(task: Task, status: i32): void {
  begin(task, ") failed: ");
  print("it ended with ");
  printSigned(status);
  newLine();
}

function begin(task: Task, what: string): void {
  takeLine(task);
  startLine();
  style(Style.BAD);
  print("task ");
  printDecimal(task.id);
  print(" (");
  printBytes(task.name, task.nameLength);
  print(what);
  style(Style.PLAIN);
}

function reportPageFault(space: Space, error: u64, address: u64, reason: u32): void {
  reportAddress(space, address, reason);
  print("  access   ");
  print(accessText(error));
  print(" (page fault, error code ");
  printHexShort(error);
  printLine(")");
}

function reportException(vector: u32, error: u64): void {
  print("  cause    ");
  print(vectorText(vector));
  print(" (vector ");
  printDecimal(vector);
  print(", error code ");
  printHexShort(error);
  printLine(")");
}

function reportAddress(space: Space, address: u64, reason: u32): void {
  print("  address  ");
  printVirtual(address);
  print(", ");
  const region = findRegion(space, address);
  if (region == null) {
    printLine(placeText(reason));
  } else if (reason == FaultReason.STACK_OVERFLOW) {
    printLine("the guard page below its stack");
  } else {
    printHexShort(address - region.first);
    print(" into ");
    printLine(regionText(region.kind));
  }
}

function placeText(reason: u32): string {
  if (reason == FaultReason.NULL_POINTER) return "in the first 64 KiB, which no task ever has";
  if (reason == FaultReason.KERNEL_ADDRESS) return "in the kernel's half";
  if (reason == FaultReason.READ_ONLY || reason == FaultReason.NOT_EXECUTABLE)
    return "in memory of a module, which all may read";
  return "in no region of the task";
}

export function regionText(kind: u32): string {
  if (kind == RegionKind.TEXT) return "its text";
  if (kind == RegionKind.RODATA) return "its read-only data";
  if (kind == RegionKind.DATA) return "its data";
  if (kind == RegionKind.HEAP) return "its heap";
  if (kind == RegionKind.MESSAGE_BUFFER) return "its message buffer";
  if (kind == RegionKind.STACK) return "its stack";
  if (kind == RegionKind.ANONYMOUS) return "memory that it mapped";
  if (kind == RegionKind.SHARED) return "memory that it shares";
  if (kind == RegionKind.COPIES) return "its copy of a server's memory";
  if (kind == RegionKind.DEVICE) return "a device's memory";
  return "a guard page";
}

function reasonText(reason: u32): string {
  if (reason == FaultReason.NOT_MAPPED) return "it touched an address where nothing is mapped";
  if (reason == FaultReason.NULL_POINTER) return "it used a null pointer";
  if (reason == FaultReason.STACK_OVERFLOW) return "its stack overflowed";
  if (reason == FaultReason.GUARD_HIT) return "it ran over the end of a region, into a guard page";
  if (reason == FaultReason.READ_ONLY) return "it wrote to read-only memory";
  if (reason == FaultReason.NO_ACCESS) return "it touched memory that it may use for nothing";
  if (reason == FaultReason.NOT_EXECUTABLE) return "it tried to execute data";
  if (reason == FaultReason.KERNEL_ADDRESS) return "it touched kernel memory";
  if (reason == FaultReason.NOT_CANONICAL)
    return "it used an address that is not canonical, or a privileged instruction";
  if (reason == FaultReason.NO_MEMORY) return "no memory was left for a page of its own";
  if (reason == FaultReason.NOT_SUPPLIED) return "the server of this memory did not supply the page";
  if (reason == FaultReason.FRAME_QUOTA) return "it has used up its quota of frames";
  if (reason == FaultReason.TABLE_QUOTA) return "it has used up its quota of page tables";
  if (reason == FaultReason.QUOTA_OF_OTHER) return "whoever made this memory has used up its quota";
  if (reason == FaultReason.HELD_MOST) return "it held most memory, and none was left";
  if (reason == FaultReason.DIVIDE) return "it divided by zero, or the quotient did not fit";
  if (reason == FaultReason.INVALID_INSTRUCTION)
    return "it ran into an invalid instruction: an assertion of its own, or a wild jump";
  return "a fault that nothing explains";
}

function accessText(error: u64): string {
  if ((error & FaultBit.FETCH) != 0) return "instruction fetch by user code";
  return (error & FaultBit.WRITE) != 0 ? "write by user code" : "read by user code";
}

function vectorText(vector: u32): string {
  if (vector == Vector.DIVIDE) return "divide error";
  if (vector == Vector.INVALID_OPCODE) return "invalid opcode";
  if (vector == Vector.STACK_FAULT) return "stack fault";
  if (vector == Vector.PROTECTION) return "general protection";
  return "exception";
}
