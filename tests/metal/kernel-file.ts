import { readFileSync } from "node:fs";
import { buildMetalKernel } from "../../tools/build/metal.ts";

/** The native kernel's ELF file, for tests that look into it or change it (System V ABI, chapters 4 and 5). */
const ENTRY = 24;
const SEGMENTS = 64;
const SECTIONS = 40;
const SECTION_COUNT = 60;
const SECTION_BYTES = 64;
const SHT_SYMTAB = 2;
const SYMBOL_BYTES = 24;

export async function kernelFile(): Promise<Buffer> {
  return readFileSync(await buildMetalKernel());
}

/** The kernel, but `code` runs first, where the boot agent jumps to; at its end the kernel's own entry follows. RDI must be kept. */
export function withPrologue(kernel: Buffer, code: readonly number[]): Buffer {
  const [offset, virtual, bytes] = [8, 16, 32].map((field) => Number(kernel.readBigUInt64LE(SEGMENTS + field)));
  const textFirst = Math.ceil(kernel.length / 4096) * 4096;
  const text = Buffer.concat([
    kernel.subarray(offset, offset! + bytes!),
    Buffer.from(code),
    Buffer.from([0xe9, 0, 0, 0, 0]),
  ]);
  const prologue = virtual! + bytes!;
  text.writeInt32LE(Number(kernel.readBigUInt64LE(ENTRY)) - (virtual! + text.length), text.length - 4);
  const changed = Buffer.concat([kernel, Buffer.alloc(textFirst - kernel.length), text]);
  changed.writeBigUInt64LE(BigInt(prologue), ENTRY);
  changed.writeBigUInt64LE(BigInt(textFirst), SEGMENTS + 8);
  for (const field of [32, 40]) changed.writeBigUInt64LE(BigInt(text.length), SEGMENTS + field);
  return changed;
}

/** Where the file has what lies at the kernel's first byte. */
export function textOffset(kernel: Buffer): number {
  return Number(kernel.readBigUInt64LE(SEGMENTS + 8) - kernel.readBigUInt64LE(SEGMENTS + 16));
}

/** Where the symbol `name` lies, from the kernel's first byte on. */
export function symbolOffset(kernel: Buffer, name: string): bigint {
  const long = (at: number) => Number(kernel.readBigUInt64LE(at));
  const section = (index: number) => long(SECTIONS) + index * SECTION_BYTES;
  for (let index = 0; index < kernel.readUInt16LE(SECTION_COUNT); index++) {
    if (kernel.readUInt32LE(section(index) + 4) !== SHT_SYMTAB) continue;
    const names = long(section(kernel.readUInt32LE(section(index) + 40)) + 24);
    const first = long(section(index) + 24);
    for (let at = first; at < first + long(section(index) + 32); at += SYMBOL_BYTES) {
      const text = names + kernel.readUInt32LE(at);
      if (kernel.toString("latin1", text, kernel.indexOf(0, text)) === name) return kernel.readBigUInt64LE(at + 8);
    }
  }
  throw new Error(`the kernel has no symbol ${name}`);
}
