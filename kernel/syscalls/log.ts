import { Style, style } from "../console/style";
import { flush, isAtLineStart, print, printBytes, printDecimal, putByte, startLine } from "../console/text";
import { copyIn } from "../spaces/user-memory";
import { currentTask } from "../tasks/scheduler";
import { Task } from "../tasks/task";
import { RecordKind } from "../trace/records";
import { traceText } from "../trace/trace";
import { Errno } from "./abi";

const MAX_BYTES: u64 = 4096;
const NEW_LINE: u32 = 0x0a;
const TAB: u32 = 0x09;
const QUESTION_MARK: u32 = 0x3f;
const text = memory.data(4096);

/** The task that spoke last: an unfinished line on the console is its. */
let lastSpeaker: u32 = 0;

/** `log(address, length)`. EINVAL: longer than a page. EFAULT: not all of it readable, user memory; nothing is written then. */
export function log(address: u64, length: u64): i64 {
  if (length > MAX_BYTES) return Errno.EINVAL;
  if (length == 0) return 0;
  if (!copyIn(text, address, <u32>length, currentTask().space)) return Errno.EFAULT;
  traceText(RecordKind.OUTPUT, text, <u32>length);
  show(currentTask(), <u32>length);
  return <i64>length;
}

/** Writes the text with the task's name before each line, as several programs may speak in turn. */
function show(task: Task, length: u32): void {
  if (lastSpeaker != task.id) startLine();
  lastSpeaker = task.id;
  for (let i: u32 = 0; i < length; i++) {
    if (isAtLineStart()) prefix(task);
    putByte(shown(load<u8>(text + i)));
  }
  flush();
}

/** Control characters do not reach the console: a program could rewrite what others wrote. Records keep the text as it is. */
function shown(byte: u32): u32 {
  const isControl = byte < 0x20 || byte == 0x7f;
  return isControl && byte != NEW_LINE && byte != TAB ? QUESTION_MARK : byte;
}

function prefix(task: Task): void {
  style(Style.FAINT);
  printDecimal(task.id);
  putByte(0x20);
  printBytes(task.name, task.nameLength);
  print(" | ");
  style(Style.PLAIN);
}
