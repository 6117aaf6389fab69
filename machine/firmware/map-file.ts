import { readFileSync } from "node:fs";
import {
  type AllocationStyle,
  GIVEN_TABLES,
  type GivenTables,
  type FirmwareDescriptor,
  type FirmwareMap,
  MemoryType,
} from "./types.ts";

/**
 * A memory map as a JSON file:
 *
 *     {
 *       "schema": "nitros-firmware-map",
 *       "version": 1,
 *       "description": "for people; optional",
 *       "stride": 48,
 *       "allocations": "hidden",
 *       "descriptors": [
 *         { "type": "conventional", "start": "0x100000", "pages": "0x1ff00", "attribute": "0xf" }
 *       ]
 *     }
 *
 * - `stride`: bytes from one descriptor to the next, a multiple of 8 from 40 to 4096. Default 48, as most firmware has.
 * - `allocations`: "hidden" (the default: the kernel sees exactly this map) or "carved" (the boot agent's memory is split off, as on
 *   real firmware).
 * - `type`: a name of `typeNames`, or a number below 2^32.
 * - `start` (bytes), `pages` (of 4 KiB) and `attribute` (default "0xf"): u64, as a "0x…" or decimal string, or a number that JSON
 *   holds exactly.
 *
 * - `tables`: ACPI tables "APIC", "SRAT", "SLIT" and "HPET" as base64, in place of those that the firmware would make. They may be damaged.
 *
 * Order, overlaps, gaps and wrap-around are as written: a wild map is a thing to try.
 */
export const MAP_SCHEMA = "nitros-firmware-map";
export const MAP_VERSION = 1;
const DEFAULT_STRIDE = 48;
const MOST_STRIDE = 4096;
/** What a machine that has to read it all might be given by mistake. */
const MOST_DESCRIPTORS = 4096;

const MOST_TABLE_BYTES = 0x1_0000;

/** The names of EFI_MEMORY_TYPE in a file. */
export const typeNames: Readonly<Record<string, number>> = {
  reserved: MemoryType.RESERVED,
  "loader-code": MemoryType.LOADER_CODE,
  "loader-data": MemoryType.LOADER_DATA,
  "boot-services-code": MemoryType.BOOT_SERVICES_CODE,
  "boot-services-data": MemoryType.BOOT_SERVICES_DATA,
  "runtime-services-code": MemoryType.RUNTIME_SERVICES_CODE,
  "runtime-services-data": MemoryType.RUNTIME_SERVICES_DATA,
  conventional: MemoryType.CONVENTIONAL,
  unusable: MemoryType.UNUSABLE,
  "acpi-reclaim": MemoryType.ACPI_RECLAIM,
  "acpi-nvs": MemoryType.ACPI_NVS,
  mmio: MemoryType.MMIO,
  "mmio-port": MemoryType.MMIO_PORT,
  "pal-code": MemoryType.PAL_CODE,
  persistent: MemoryType.PERSISTENT,
};

/** A firmware file that cannot be used. `status` is the command's exit status for bad usage. */
export class BadFirmwareFile extends Error {
  override readonly name = "BadFirmwareFile";
  readonly status = 64;
}

/** Reads a map for `--firmware FILE`. */
export function readFirmwareFile(path: string): FirmwareMap {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new BadFirmwareFile(`${path}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
  return parseFirmwareMap(text, path);
}

/** `source` is what errors call the text. */
export function parseFirmwareMap(text: string, source: string): FirmwareMap {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BadFirmwareFile(`${source}: is not JSON: ${(error as Error).message}`, { cause: error });
  }
  return new MapReader(source).map(value);
}

const MAP_KEYS = new Set(["schema", "version", "description", "stride", "allocations", "descriptors", "tables"]);
const DESCRIPTOR_KEYS = new Set(["type", "start", "pages", "attribute"]);

type Fields = Readonly<Record<string, unknown>>;

class MapReader {
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  map(value: unknown): FirmwareMap {
    const fields = this.fields(value, "the file", MAP_KEYS);
    if (fields["schema"] !== MAP_SCHEMA) this.fail("schema", `"${MAP_SCHEMA}"`, fields["schema"]);
    if (fields["version"] !== MAP_VERSION) this.fail("version", `${MAP_VERSION}`, fields["version"]);
    const list = fields["descriptors"];
    if (!Array.isArray(list)) this.fail("descriptors", "an array", list);
    if (list.length > MOST_DESCRIPTORS) this.fail("descriptors", `${MOST_DESCRIPTORS} at most`, list.length);
    return {
      stride: this.stride(fields["stride"]),
      allocations: this.allocations(fields["allocations"]),
      descriptors: list.map((one, index) => this.descriptor(one, `descriptors[${index}]`)),
      ...(fields["tables"] === undefined ? {} : { tables: this.tables(fields["tables"]) }),
    };
  }

  private tables(value: unknown): GivenTables {
    const fields = this.fields(value, "tables", new Set(GIVEN_TABLES));
    return Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, this.bytes(text, `tables.${name}`)]));
  }

  /** At least a header (ACPI 6.5 §5.2.6), at most what firmware has in one table. */
  private bytes(value: unknown, where: string): Uint8Array {
    const isText = typeof value === "string" && /^[A-Za-z0-9+/]+={0,2}$/.test(value) && value.length % 4 === 0;
    const bytes = isText ? Buffer.from(value, "base64") : Buffer.of();
    if (bytes.length < 36 || bytes.length > MOST_TABLE_BYTES)
      this.fail(where, `36 to ${MOST_TABLE_BYTES} bytes in base64`, value);
    return Uint8Array.from(bytes);
  }

  private stride(value: unknown = DEFAULT_STRIDE): number {
    const isUsable = Number.isInteger(value) && (value as number) % 8 === 0;
    if (!isUsable || (value as number) < 40 || (value as number) > MOST_STRIDE) {
      this.fail("stride", `a multiple of 8 from 40 to ${MOST_STRIDE}`, value);
    }
    return value as number;
  }

  private allocations(value: unknown = "hidden"): AllocationStyle {
    if (value !== "hidden" && value !== "carved") this.fail("allocations", '"hidden" or "carved"', value);
    return value;
  }

  private descriptor(value: unknown, where: string): FirmwareDescriptor {
    const fields = this.fields(value, where, DESCRIPTOR_KEYS);
    return {
      type: this.type(fields["type"], `${where}.type`),
      physicalStart: this.word(fields["start"], `${where}.start`),
      pageCount: this.word(fields["pages"], `${where}.pages`),
      attribute: this.word(fields["attribute"] ?? "0xf", `${where}.attribute`),
    };
  }

  private type(value: unknown, where: string): number {
    const named = typeof value === "string" && Object.hasOwn(typeNames, value) ? typeNames[value] : undefined;
    if (named !== undefined) return named;
    const isNumber = Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32;
    if (!isNumber) this.fail(where, `a number below 2^32, or one of ${Object.keys(typeNames).join(", ")}`, value);
    return value as number;
  }

  private word(value: unknown, where: string): bigint {
    const isText = typeof value === "string" && /^(0x[0-9a-fA-F]{1,16}|[0-9]{1,20})$/.test(value);
    if (isText || (Number.isSafeInteger(value) && (value as number) >= 0)) {
      const word = BigInt(value as string | number);
      if (word < 1n << 64n) return word;
    }
    return this.fail(where, 'a u64 as "0x…", a decimal string, or a small number', value);
  }

  private fields(value: unknown, where: string, known: ReadonlySet<string>): Fields {
    if (typeof value !== "object" || value === null || Array.isArray(value)) this.fail(where, "an object", value);
    const unknown = Object.keys(value).find((key) => !known.has(key));
    if (unknown !== undefined) this.fail(where, `only ${[...known].join(", ")}`, unknown);
    return value as Fields;
  }

  private fail(where: string, wanted: string, found: unknown): never {
    const shown = found === undefined ? "nothing" : JSON.stringify(found);
    throw new BadFirmwareFile(`${this.source}: ${where}: want ${wanted}; found ${shown}`);
  }
}

/** The file that `readFirmwareFile` reads back to the same map. */
export function formatFirmwareMap(map: FirmwareMap, description: string): string {
  const nameOf = new Map(Object.entries(typeNames).map(([name, type]) => [type, name]));
  const lines = map.descriptors.map((one) => {
    const type = JSON.stringify(nameOf.get(one.type) ?? one.type);
    return `    { "type": ${type}, "start": "${hex(one.physicalStart)}", "pages": "${hex(one.pageCount)}", "attribute": "${hex(one.attribute)}" }`;
  });
  const head = { schema: MAP_SCHEMA, version: MAP_VERSION, description, stride: map.stride };
  const fields = { ...head, allocations: map.allocations ?? "carved" };
  const tables = Object.entries<Uint8Array>(map.tables ?? {}).map(([name, bytes]) => [name, base64(bytes)]);
  if (map.tables !== undefined) Object.assign(fields, { tables: Object.fromEntries(tables) });
  const settings = Object.entries(fields).map(([key, value]) => `  "${key}": ${JSON.stringify(value)},`);
  const list = lines.length === 0 ? '  "descriptors": []' : `  "descriptors": [\n${lines.join(",\n")}\n  ]`;
  return `{\n${settings.join("\n")}\n${list}\n}\n`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
