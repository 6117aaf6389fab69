/** The type of an exported function of a WebAssembly module, which WebAssembly's JavaScript interface does not tell. */
export interface WasmSignature {
  readonly parameters: readonly string[];
  readonly results: readonly string[];
}

/** Sections of the binary format (WebAssembly core specification, 5.5). */
const SECTION = { TYPE: 1, IMPORT: 2, FUNCTION: 3, EXPORT: 7 } as const;
const FUNCTION_KIND = 0;
const VALUE_TYPES: Readonly<Record<number, string>> = { 0x7f: "i32", 0x7e: "i64", 0x7d: "f32", 0x7c: "f64", 0x7b: "v128" };

/** `wasm` is valid; undefined if it exports no function of that name. */
export function exportedSignature(wasm: Uint8Array, name: string): WasmSignature | undefined {
  const sections = readSections(wasm);
  const index = readExport(sections.get(SECTION.EXPORT), name);
  if (index === undefined) return undefined;
  const imported = countImportedFunctions(wasm);
  const typeIndex = readTypeIndices(sections.get(SECTION.FUNCTION))[index - imported];
  return typeIndex === undefined ? undefined : readTypes(sections.get(SECTION.TYPE))[typeIndex];
}

class Reader {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  byte(): number {
    return this.bytes[this.at++]!;
  }

  /** Unsigned LEB128. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  take(length: number): Uint8Array {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: this.number() }, read);
  }

  isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }
}

function readSections(wasm: Uint8Array): Map<number, Uint8Array> {
  const reader = new Reader(wasm);
  reader.take(8);
  const sections = new Map<number, Uint8Array>();
  while (!reader.isAtEnd()) sections.set(reader.byte(), reader.take(reader.number()));
  return sections;
}

function readExport(section: Uint8Array | undefined, name: string): number | undefined {
  if (section === undefined) return undefined;
  const reader = new Reader(section);
  const found = reader
    .list(() => ({ name: new TextDecoder().decode(reader.take(reader.number())), kind: reader.byte(), index: reader.number() }))
    .find((entry) => entry.name === name && entry.kind === FUNCTION_KIND);
  return found?.index;
}

function countImportedFunctions(wasm: Uint8Array): number {
  return WebAssembly.Module.imports(new WebAssembly.Module(wasm)).filter(({ kind }) => kind === "function").length;
}

function readTypeIndices(section: Uint8Array | undefined): number[] {
  if (section === undefined) return [];
  const reader = new Reader(section);
  return reader.list(() => reader.number());
}

function readTypes(section: Uint8Array | undefined): WasmSignature[] {
  if (section === undefined) return [];
  const reader = new Reader(section);
  const types = () => reader.list(() => VALUE_TYPES[reader.byte()] ?? "reference");
  return reader.list(() => {
    reader.byte();
    return { parameters: types(), results: types() };
  });
}
