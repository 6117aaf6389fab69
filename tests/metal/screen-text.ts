import { compileKernelPart, startKernelPart } from "../support/kernel-module.ts";

/** Reads a picture of the screen back into text: the inverse of kernel/console/screen.ts. */
const CELL_WIDTH = 12;
const CELL_HEIGHT = 18;
/** A dot of a letter is 2 × 2 dots of the screen. */
const DOT = 2;
const FIRST_CHARACTER = 0x20;
const LAST_CHARACTER = 0x7e;
/** In the place of what is no letter of the kernel's. */
export const NO_LETTER = "\ufffd";

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue. */
  readonly dots: Buffer;
}

/** Binary PPM with 8 bits a colour: "P6 width height 255", then the dots. */
function decodePpm(file: Buffer): Picture {
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(file.toString("latin1", 0, 64));
  if (header === null) throw new Error("the picture is no PPM of 8 bits a colour");
  return { width: Number(header[1]), height: Number(header[2]), dots: file.subarray(header[0].length) };
}

/** Letters by their looks. */
export type Letters = ReadonlyMap<string, string>;

export async function kernelLetters(): Promise<Letters> {
  const part = startKernelPart(await compileKernelPart({ entry: "tests/metal/font-entry.ts", platform: "metal" }));
  const column = part.functions["glyphColumn"]!;
  const letters = new Map<string, string>();
  for (let code = FIRST_CHARACTER; code <= LAST_CHARACTER; code++) {
    const isSet = (x: number, y: number) => x < 5 && y < 7 && ((Number(column(code, x)) >> y) & 1) === 1;
    letters.set(
      looks((x, y) => isSet(Math.floor(x / DOT), Math.floor(y / DOT))),
      String.fromCharCode(code),
    );
  }
  return letters;
}

/** The lines of text on a screen. A cell must be a letter to the dot, its gap included. */
export function screenLines(file: Buffer, letters: Letters): string[] {
  const { width, height, dots } = decodePpm(file);
  const isLit = (x: number, y: number) => dots.readUIntBE((y * width + x) * 3, 3) !== 0;
  return Array.from({ length: Math.floor(height / CELL_HEIGHT) }, (_, row) =>
    Array.from({ length: Math.floor(width / CELL_WIDTH) }, (_, column) => {
      const cell = looks((x, y) => isLit(column * CELL_WIDTH + x, row * CELL_HEIGHT + y));
      return letters.get(cell) ?? NO_LETTER;
    })
      .join("")
      .trimEnd(),
  );
}

function looks(isLit: (x: number, y: number) => boolean): string {
  let text = "";
  for (let y = 0; y < CELL_HEIGHT; y++) for (let x = 0; x < CELL_WIDTH; x++) text += isLit(x, y) ? "#" : ".";
  return text;
}
