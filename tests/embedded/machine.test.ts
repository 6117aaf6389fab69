import assert from "node:assert/strict";
import { test } from "node:test";
import { bootEmbedded } from "../../machine/embedded/index.ts";
import { CrashKind } from "../../kernel/bootinfo/layout.ts";
import { HIDEABLE_FEATURES, type BootRequest } from "../../machine/machine.ts";
import { bootPrograms, bootSources, compileText } from "./support/boot.ts";

// The machine itself: how it ends, and what it refuses.

const GOOD = `export function main(): i32 { return 0; }`;

function requestFor(image: Uint8Array, changes: Partial<BootRequest> = {}): BootRequest {
  const plain = {
    aslr: false,
    colour: false,
    trace: false,
    without: [],
    crash: undefined,
    failAllocation: undefined,
    timeoutSeconds: 30,
  };
  const programs = [{ name: "program", image }];
  return { programs, memoryBytes: 256 << 20, cpus: 1, numaNodes: 1, seed: 1n, ...plain, ...changes };
}

function collect() {
  const texts: Uint8Array[] = [];
  let recordBytes = 0;
  return {
    observer: {
      console: (bytes: Uint8Array) => void texts.push(bytes),
      records: (bytes: Uint8Array) => void (recordBytes += bytes.length),
    },
    text: () => Buffer.concat(texts).toString("utf8"),
    recordBytes: () => recordBytes,
  };
}

test("a boot in a thread of its own, with the modelled firmware and the boot agent", async () => {
  const { observer, text, recordBytes } = collect();
  assert.deepEqual(await bootEmbedded(requestFor(await compileText("good", GOOD)), observer, {}), { status: 0 });
  assert.match(text(), /1 of 1 program ended well/);
  assert.ok(recordBytes() > 0);
  assert.equal(recordBytes() % 40, 0);
});

test("a program without an end is ended after the time given, and what it said before is there", async () => {
  const source = `import { printLine } from "nitros"; export function main(): i32 { printLine("round and round"); while (true) {} return 0; }`;
  const { observer, text } = collect();
  const request = requestFor(await compileText("endless", source), { timeoutSeconds: 3 });
  assert.deepEqual(await bootEmbedded(request, observer, {}), { status: 124, message: "timed out after 3 s" });
  assert.match(text(), /round and round/);
});

test("programs that yield to each other without an end are ended as well", async () => {
  const source = `import { yieldNow } from "nitros"; export function main(): i32 { while (true) yieldNow(); return 0; }`;
  const request = requestFor(await compileText("politely", source), { timeoutSeconds: 2 });
  assert.equal((await bootEmbedded(request, collect().observer, {})).status, 124);
});

test("printing from any depth of a program's stack does not run the kernel, or the host, out of it", async () => {
  const source = `import { log, heapStart, store8 } from "nitros";
    export function main(): i32 { store8(heapStart(), 0x2e); return f(1); }
    function f(n: i32): i32 { if (n % 4 == 0) log(heapStart(), 1); return f(n + 1) * 3 + n; }`;
  const { observer, text } = collect();
  assert.equal((await bootEmbedded(requestFor(await compileText("deep", source)), observer, {})).status, 1);
  assert.match(text(), /task 1 \(program\) killed: its stack overflowed/);
});

test("memory that no machine has is refused", async () => {
  const request = requestFor(new Uint8Array(0), { memoryBytes: 2 ** 40 });
  const { status, message } = await bootEmbedded(request, collect().observer, {});
  assert.equal(status, 64);
  assert.match(message ?? "", /1099511627776/);
});

test("a program file that is no ELF file is the boot agent's or the kernel's to refuse", async () => {
  const { status } = await bootEmbedded(requestFor(new Uint8Array(5000).fill(9)), collect().observer, {});
  assert.equal(status, 1);
});

test("the kernel touching what is no RAM ends the machine, and says where", async () => {
  const { status, message } = await bootSources({ good: GOOD }, { promisedBytes: 64n << 20n });
  assert.equal(status, 70);
  assert.match(message ?? "", /^the kernel touched p0x[0-9a-f]+, which is no RAM$/);
});

const crashes: [string, number, RegExp][] = [
  ["writes to its text", CrashKind.WRITE_TEXT, /page fault in the kernel[\s\S]*error code 0x0*3/],
  ["writes to sealed data", CrashKind.WRITE_SEALED, /page fault in the kernel[\s\S]*error code 0x0*3/],
  ["reads what is not mapped", CrashKind.READ_UNMAPPED, /page fault in the kernel[\s\S]*error code 0x0*0/],
  ["overflows its stack", CrashKind.STACK_OVERFLOW, /double fault/],
];
for (const [name, crash, report] of crashes) {
  test(`a kernel that ${name} panics readably`, async () => {
    const { console, status } = await bootPrograms([], { crash });
    assert.equal(status, 70, console);
    assert.match(console, /KERNEL PANIC/);
    assert.match(console, report);
  });
}

for (const feature of HIDEABLE_FEATURES) {
  test(`a processor without ${feature} boots`, async () => {
    const { console, status, message } = await bootSources({ good: GOOD }, { without: [feature] });
    assert.equal(status, 0, `${console}\n${message}`);
  });
}

test("a processor without any of them boots", async () => {
  const { console, status } = await bootSources({ good: GOOD }, { without: HIDEABLE_FEATURES });
  assert.equal(status, 0, console);
});

test("the same seed gives the same machine, to the tick", async () => {
  const image = await compileText("good", GOOD);
  const [first, second] = [
    await bootPrograms([{ name: "good", image }]),
    await bootPrograms([{ name: "good", image }]),
  ];
  assert.equal(first.console, second.console);
  assert.deepEqual(first.records, second.records);
});
