/** A server of files: those of the boot image, and notes that it keeps in its own memory; clients map them, and it is asked for pages. */
import {
  Errno,
  imageOpen,
  load64,
  MapFlag,
  memoryBytes,
  memoryClean,
  memoryServe,
  memorySupply,
  messageBuffer,
  mmap,
  mmapShared,
  PagerRequest,
  passHandle,
  portCreate,
  portName,
  print,
  printLine,
  printNumber,
  Protect,
  receive,
  reply,
  Right,
  sender,
  setWord,
  store8,
  store64,
  word,
} from "nitros";

const PAGE: u64 = 4096;
const NOTES_BYTES: u64 = 8 * PAGE;
/** Keys of the two files. */
const IMAGE: u64 = 1;
const NOTES: u64 = 2;

/** The files as their clients map them; what their pages are made of; and where the server sees what clients wrote. */
let image: u64 = 0;
let imageBytes: u64 = 0;
let imageSource: u64 = 0;
let notes: u64 = 0;
let notesKept: u64 = 0;
let notesSeen: u64 = 0;
let pages: u64 = 0;

export function main(): i32 {
  const port = <u64>portCreate(portName("files"));
  if (!makeImage(port, "hello") || !makeNotes(port)) return 1;
  printLine("I serve the image of hello, and notes that I keep in my memory.");
  while (receive(port) >= 0) {
    if (sender() == 0) serve();
    else open(word(0));
  }
  print("All my clients have gone. I supplied ");
  printNumber(pages);
  printLine(" pages, each once, however many wanted it.");
  return 0;
}

function makeImage(port: u64, name: string): bool {
  const text = messageBuffer();
  for (let i = 0; i < name.length; i++) store8(text + i, <u8>name.charCodeAt(i));
  const source = imageOpen(text, name.length);
  if (source < 0) return false;
  imageBytes = <u64>memoryBytes(<u64>source);
  imageSource = <u64>mmapShared(0, imageBytes, Protect.READ, 0, <u64>source, 0);
  image = <u64>memoryServe(imageBytes, port, IMAGE);
  return true;
}

function makeNotes(port: u64): bool {
  const kept = mmap(0, NOTES_BYTES, Protect.READ | Protect.WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS);
  const file = memoryServe(NOTES_BYTES, port, NOTES);
  if (kept < 0 || file < 0) return false;
  notesKept = <u64>kept;
  notes = <u64>file;
  notesSeen = <u64>mmapShared(0, NOTES_BYTES, Protect.READ, 0, notes, 0);
  return true;
}

/** A client gets a handle: to read the image, to read and write the notes. */
function open(key: u64): void {
  if (key == IMAGE) passHandle(image, Right.RECEIVE);
  else if (key == NOTES) passHandle(notes, Right.RECEIVE | Right.SEND);
  setWord(0, key == IMAGE ? imageBytes : key == NOTES ? NOTES_BYTES : <u64>Errno.ENOENT);
  reply(1);
}

/** What the kernel asks for: pages that somebody has missed, or to take what was written. */
function serve(): void {
  const kind = word(0);
  if (kind == PagerRequest.PAGES) supply(word(1), word(2), word(3));
  else takeNotes();
  if (kind != PagerRequest.LET_GO) reply(0);
}

function supply(key: u64, first: u64, bytes: u64): void {
  const isImage = key == IMAGE;
  const done = memorySupply(isImage ? image : notes, first, (isImage ? imageSource : notesKept) + first, bytes);
  if (done > 0) pages += <u64>done / PAGE;
}

/** By runs of pages. Who writes one again meanwhile makes it dirty again. */
function takeNotes(): void {
  for (let run = memoryClean(notes, 0); run >= 0;) {
    const first = (<u64>run) & ~(PAGE - 1);
    const end = first + ((<u64>run) & (PAGE - 1)) * PAGE;
    for (let at = first; at < end; at += 8) store64(notesKept + at, load64(notesSeen + at));
    run = memoryClean(notes, end);
  }
}
