import { kernelStore64 } from "platform";
import { GLYPH_COLUMNS, GLYPH_ROWS, glyphColumn } from "./font";

/**
 * The console on a PC's screen: a grid of characters, drawn into the frame buffer that the firmware left. Text is kept from the first
 * line on and drawn when the frame buffer is mapped; a full screen scrolls by half. Two dots of 32 bits go out at a time.
 */
const MAX_COLUMNS: u32 = 160;
const MAX_ROWS: u32 = 72;
/** u16 a cell: character in bits 7:0, colour in 15:8. */
const cells = memory.data(23040, 2);
if (160 * 72 * 2 != 23040) ERROR("the grid holds MAX_COLUMNS × MAX_ROWS cells");

/** A dot of a letter is 2 × 2 dots of the screen; a cell is a letter and a gap of one. */
const CELL_WIDTH: u32 = (GLYPH_COLUMNS + 1) * 2;
const CELL_HEIGHT: u32 = (GLYPH_ROWS + 2) * 2;

/** The first byte of "–", the one character beyond ASCII that the kernel prints. */
const DASH: u32 = 0xe2;

let columns: u32 = 0;
let rows: u32 = 0;
let column: u32 = 0;
let row: u32 = 0;
let colour: u32 = 0;
/** Virtual address of the frame buffer; 0 while it is not mapped. */
let base: u64 = 0;
let lineBytes: u64 = 0;
/** Inside an escape sequence: 0 no, 1 after ESC, 2 after ESC [. */
let escape: u32 = 0;
let parameter: u32 = 0;

/** There is a screen of `width` × `height` dots, `stride` dots a line. From now on text is kept for it. */
export function prepareScreen(width: u32, height: u32, stride: u32): void {
  columns = min<u32>(width / CELL_WIDTH, MAX_COLUMNS);
  rows = min<u32>(height / CELL_HEIGHT, MAX_ROWS);
  lineBytes = <u64>stride * 4;
}

/** The frame buffer is mapped at `address`: shows what has been written so far. */
export function showScreen(address: u64): void {
  base = address;
  drawAll();
}

/** Writes UTF-8 text. SGR colours are followed; characters without a letter show as "?", one for each. */
export function screenWrite(from: usize, length: u32): void {
  if (columns == 0) return;
  for (let i: u32 = 0; i < length; i++) screenByte(load<u8>(from + i));
}

function screenByte(byte: u32): void {
  if (escape != 0) escapeByte(byte);
  else if (byte == 0x1b) escape = 1;
  else if (byte == 0x0a) newRow();
  else if ((byte & 0xc0) != 0x80) put(byte == DASH ? 0x2d : byte);
}

/** ESC [ n ; n m: the last number counts. */
function escapeByte(byte: u32): void {
  if (escape == 1) {
    escape = byte == 0x5b ? 2 : 0;
    parameter = 0;
  } else if (byte >= 0x30 && byte <= 0x39) {
    parameter = parameter * 10 + (byte - 0x30);
  } else if (byte == 0x3b) {
    parameter = 0;
  } else {
    colour = parameter;
    escape = 0;
  }
}

function put(code: u32): void {
  if (column == columns) newRow();
  const at = row * MAX_COLUMNS + column;
  store<u16>(cells + <usize>at * 2, <u16>(code | (colour << 8)));
  if (base != 0) drawCell(row, column);
  column += 1;
}

function newRow(): void {
  column = 0;
  row += 1;
  if (row < rows) return;
  const half = rows / 2;
  const kept = <usize>((rows - half) * MAX_COLUMNS * 2);
  memory.copy(cells, cells + <usize>(half * MAX_COLUMNS * 2), kept);
  memory.fill(cells + kept, 0, <usize>(half * MAX_COLUMNS * 2));
  row = rows - half;
  if (base != 0) drawAll();
}

function drawAll(): void {
  for (let y: u32 = 0; y < rows; y++) {
    for (let x: u32 = 0; x < columns; x++) drawCell(y, x);
  }
}

function drawCell(y: u32, x: u32): void {
  const cell = load<u16>(cells + <usize>(y * MAX_COLUMNS + x) * 2);
  const ink = dots(<u32>(cell >> 8));
  const letter = max<u32>(cell & 0xff, 0x20);
  const corner = base + <u64>y * CELL_HEIGHT * lineBytes + <u64>x * CELL_WIDTH * 4;
  for (let glyphX: u32 = 0; glyphX <= GLYPH_COLUMNS; glyphX++) {
    const bits = glyphX == GLYPH_COLUMNS ? 0 : glyphColumn(letter, glyphX);
    drawColumn(corner + <u64>glyphX * 8, bits, ink);
  }
}

function drawColumn(top: u64, bits: u32, ink: u64): void {
  for (let y: u32 = 0; y < CELL_HEIGHT; y++) {
    kernelStore64(top + <u64>y * lineBytes, ((bits >> (y / 2)) & 1) != 0 ? ink : 0);
  }
}

/** Two dots of what SGR `code` means. Red, green and blue have a byte each, in an order that greys and these tints survive. */
function dots(code: u32): u64 {
  let dot: u64 = 0x00d0_d0d0;
  if (code == 1) dot = 0x00ff_ffff;
  else if (code == 2) dot = 0x0080_8080;
  else if (code == 31) dot = 0x00f0_6060;
  else if (code == 32) dot = 0x0060_d060;
  else if (code == 33) dot = 0x00d0_c050;
  else if (code == 35) dot = 0x00d0_70d0;
  else if (code == 36) dot = 0x0050_c0d0;
  return (dot << 32) | dot;
}
