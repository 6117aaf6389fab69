import { Style, style } from "../console/style";
import { flush, isAtLineStart, print, printBytes, printDecimal, putByte, startLine } from "../console/text";
import { bytesOf, codePointAt, MALFORMED } from "../console/utf8";
import { Held, heldOf, nextHeld, placeFor } from "./held-speech";
import { Task, TaskState } from "./task";

/**
 * What tasks say, each line with its task's name before it. The task that spoke last is the *speaker*. While it runs, on another CPU, and
 * its line is not finished, what others say is held, so that lines do not mix. A speaker that does not run loses the line to whoever
 * speaks next; one that never ends it, to who has said more than can be held. All under the kernel's lock.
 */
let speaker: Task | null = null;

/** `task` says `length` bytes of UTF-8 at `text`. */
export function say(task: Task, text: usize, length: u32): void {
  if (isInterrupting(task) && hold(task, text, length)) return;
  takeLine(task);
  show(task.id, task.name, task.nameLength, text, length);
  releaseHeld();
  flush();
}

/** From here on the console's line is `task`'s, and all that it said is shown. */
export function takeLine(task: Task): void {
  const held = heldOf(task);
  if (speaker != task) startLine();
  speaker = task;
  if (held != null) showHeld(held);
}

/** `task` ends: its line does, and what is held of it is shown when the speaker's line has ended. */
export function finishSpeaking(task: Task): void {
  const held = heldOf(task);
  if (held != null && isInterrupting(task)) {
    held.task = null;
    return;
  }
  if (held != null) takeLine(task);
  if (speaker != task) return;
  startLine();
  speaker = null;
  releaseHeld();
  flush();
}

function isInterrupting(task: Task): bool {
  const other = speaker;
  return other != null && other != task && !isAtLineStart() && other.state == TaskState.RUNNING;
}

function hold(task: Task, text: usize, length: u32): bool {
  let held = heldOf(task);
  if (held == null) held = placeFor(task);
  return held != null && held.add(text, length);
}

/** At the start of a line the next may speak, until one leaves a line unfinished. */
function releaseHeld(): void {
  while (isAtLineStart()) {
    const held = nextHeld();
    if (held == null) return;
    const task = held.task;
    speaker = task;
    showHeld(held);
    if (task == null) startLine();
  }
}

function showHeld(held: Held): void {
  show(held.id, held.name, held.nameLength, held.text, held.length);
  held.length = 0;
}

const QUESTION_MARK: u32 = 0x3f;

function show(id: u32, name: usize, nameLength: u32, text: usize, length: u32): void {
  for (let i: u32 = 0; i < length;) {
    const code = codePointAt(text + i, length - i);
    const bytes = code == MALFORMED ? 1 : bytesOf(code);
    if (isAtLineStart()) prefix(id, name, nameLength);
    if (isShown(code)) printBytes(text + i, bytes);
    else putByte(QUESTION_MARK);
    i += bytes;
  }
}

const NEW_LINE: u32 = 0x0a;
const TAB: u32 = 0x09;

/**
 * Neither what is no UTF-8 nor control characters, C0 or C1 (U+0080 to U+009F, to some terminals as single bytes), reach the console: a
 * program could rewrite what others wrote. Records keep the text as it is.
 */
function isShown(code: u32): bool {
  if (code == NEW_LINE || code == TAB) return true;
  return code != MALFORMED && code >= 0x20 && !(code >= 0x7f && code < 0xa0);
}

function prefix(id: u32, name: usize, nameLength: u32): void {
  style(Style.FAINT);
  printDecimal(id);
  putByte(0x20);
  printBytes(name, nameLength);
  print(" | ");
  style(Style.PLAIN);
}
