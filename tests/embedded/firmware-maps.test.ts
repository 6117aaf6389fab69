import assert from "node:assert/strict";
import { test } from "node:test";
import { join } from "node:path";
import { bootEmbedded } from "../../machine/embedded/index.ts";
import { parseFirmwareMap } from "../../machine/firmware/index.ts";
import type { BootResult } from "../../machine/machine.ts";
import { projectRoot } from "../../tools/build/assemblyscript.ts";
import { buildEmbeddedProgram } from "../../tools/build/embedded.ts";

/** Each oddity that a firmware's map may have, from `--firmware` to a program's end: nothing is used that nobody mapped. */

interface Line {
  readonly type: string | number;
  readonly start: string;
  readonly pages: string | number;
  readonly attribute?: string;
}

/** 128 MiB and page tables: enough for kernel and program, whatever else the map says. */
const SOUND: readonly Line[] = [
  { type: "boot-services-data", start: "0x1000", pages: 64 },
  { type: "conventional", start: "0x1000000", pages: 32768 },
];
/** The kernel takes memory from the top: what is above this is used first. */
const ABOVE = "0x200000000";
const TWO_TO_56_LESS_1 = "0xffffffffffffff";

const hello = await buildEmbeddedProgram(join(projectRoot, "user/programs/hello.ts"));

async function bootMap(descriptors: readonly Line[]): Promise<BootResult & { console: string }> {
  const file = { schema: "nitros-firmware-map", version: 1, descriptors };
  const parts: Uint8Array[] = [];
  const request = {
    ...{ programs: [{ name: "hello", image: hello }], memoryBytes: 0, cpus: 1, numaNodes: 1, seed: 1n, aslr: true },
    ...{ colour: false, trace: false, without: [], crash: undefined, failAllocation: undefined, timeoutSeconds: 120 },
  };
  const observer = { console: (bytes: Uint8Array) => void parts.push(bytes.slice()), records: () => undefined };
  const firmware = parseFirmwareMap(JSON.stringify(file), "the test's map");
  const result = await bootEmbedded(request, observer, { firmware });
  return { ...result, console: Buffer.concat(parts).toString("utf8") };
}

interface Oddity {
  readonly what: string;
  readonly others: readonly Line[];
  readonly note: RegExp;
  /** What the kernel takes for RAM in all: by default what is sound. */
  readonly ram?: string;
}

/** 32768 + 64 pages. */
const SOUND_RAM = "128.2 MiB";

const oddities: Oddity[] = [
  {
    what: "descriptors out of order",
    others: [{ type: "conventional", start: "0x800000", pages: 16 }],
    note: /note: 1 descriptor out of order, the first 0x800000$/m,
    ram: "128.3 MiB",
  },
  {
    what: "a descriptor of no length",
    others: [{ type: "conventional", start: ABOVE, pages: 0 }],
    note: /note: 1 descriptor of no length, the first 0x200000000$/m,
  },
  {
    what: "a descriptor of unknown type",
    others: [{ type: 0x8000_0001, start: ABOVE, pages: 16 }],
    note: /note: 1 descriptor of unknown type, the first 0x80000001$/m,
  },
  {
    what: "descriptors that overlap",
    others: [
      { type: "conventional", start: ABOVE, pages: 16384 },
      { type: "acpi-nvs", start: "0x200001000", pages: 5 },
      { type: "reserved", start: "0x202000000", pages: 16384, attribute: "0x0" },
    ],
    note: /note: 2 descriptors overlapping, the first 0x200001000$/m,
    // The second half of the first is reserved.
    ram: "160.2 MiB",
  },
];

const RAM_TYPES = [
  "conventional",
  "boot-services-data",
  "loader-data",
  "acpi-reclaim",
  "acpi-nvs",
  "runtime-services-data",
];
for (const type of RAM_TYPES) {
  const odd = (what: string, start: string, pages: string | number, note: RegExp): Oddity => ({
    what: `${type} memory that ${what}`,
    others: [{ type, start, pages }],
    note,
  });
  const misaligned = /note: 1 descriptor not page-aligned, the first 0x200000800$/m;
  const wrapping = /note: 1 descriptor wrapping around 2\^64, the first 0x200000000$/m;
  const beyond = /note: 1 descriptor beyond the CPU's physical addresses, the first 0x10000000000$/m;
  oddities.push(
    odd("does not start on a page", "0x200000800", 0x4000, misaligned),
    odd("wraps around 2^64", ABOVE, TWO_TO_56_LESS_1, wrapping),
    odd("reaches beyond the CPU's addresses", "0xfff0000000", 0x2_0000, beyond),
  );
}

for (const { what, others, note, ram = SOUND_RAM } of oddities) {
  test(`${what}: noted, believed as far as it may be, and the program runs`, async () => {
    const { status, message, console } = await bootMap([...SOUND, ...others]);
    assert.equal(status, 0, `${console}\n${message}`);
    assert.match(console, note);
    assert.equal(/bytes; (.*) of RAM$/m.exec(console)?.[1], ram);
    assert.match(console, /1 of 1 program ended well; all their frames are back/);
  });
}
