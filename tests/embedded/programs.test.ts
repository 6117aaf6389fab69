import assert from "node:assert/strict";
import { test } from "node:test";
import { bootPrograms, bootSources, compileText } from "./support/boot.ts";
import { programImage } from "../../tools/build/embedded.ts";

// How the embedded machine runs programs: stopping and going on, and every way to come to grief.

/** The console's lines of the task's own output. */
function linesOf(console: string, task: number): string[] {
  const pattern = new RegExp(`^${task} \\S+ *\\| (.*)$`, "gm");
  return [...console.matchAll(pattern)].map((match) => match[1]!);
}

/** Yields at every depth of a recursion, on the way in and on the way out, with locals that must survive. */
const YIELDS = `
import { yieldNow, print, printNumber, printLine, taskNumber, store64, load64, heapStart } from "nitros";
function descend(depth: i64, seed: i64): i64 {
  if (depth == 0) return seed;
  const mine = seed * 31 + depth;
  yieldNow();
  store64(heapStart() + <u64>depth * 8, <u64>mine);
  const below = descend(depth - 1, mine);
  yieldNow();
  if (load64(heapStart() + <u64>depth * 8) != <u64>mine) return -1;
  return below ^ mine;
}
export function main(): i32 {
  const task = taskNumber();
  for (let turn = 0; turn < 3; turn++) {
    const sum = descend(20, task);
    print("turn ");
    printNumber(sum);
    printLine("");
  }
  return 0;
}`;

function descend(depth: bigint, seed: bigint): bigint {
  if (depth === 0n) return seed;
  const mine = BigInt.asIntN(64, seed * 31n + depth);
  return BigInt.asIntN(64, descend(depth - 1n, mine) ^ mine);
}

test("programs that yield take turns, and each goes on with its locals as they were", async () => {
  const image = await compileText("yields", YIELDS);
  const programs = ["a", "b", "c"].map((name) => ({ name, image }));
  const { console, status } = await bootPrograms(programs);
  assert.equal(status, 0, console);
  for (const task of [1, 2, 3]) {
    const line = `turn ${descend(20n, BigInt(task))}`;
    assert.deepEqual(linesOf(console, task), [line, line, line]);
  }
  const order = [...console.matchAll(/^(\d) \S+ *\| turn/gm)].map((match) => match[1]);
  assert.deepEqual(order, ["1", "2", "3", "1", "2", "3", "1", "2", "3"]);
});

test("a program that is killed while another waits leaves the other as it was", async () => {
  const yields = await compileText("yields", YIELDS);
  const wild = await compileText(
    "wild",
    `import { load8 } from "nitros"; export function main(): i32 { return load8(8); }`,
  );
  const { console, status } = await bootPrograms([
    { name: "yields", image: yields },
    { name: "wild", image: wild },
  ]);
  assert.equal(status, 1);
  assert.match(console, /task 2 \(wild\) killed: it used a null pointer/);
  assert.equal(linesOf(console, 1).length, 3);
});

const endings: [string, string, RegExp][] = [
  [
    "division by zero",
    `export function main(): i32 { return 1 / (<i32>taskNumber() - 1); }`,
    /killed: it divided by zero[\s\S]*divide error/,
  ],
  ["remainder by zero", `export function main(): i32 { return 7 % (<i32>taskNumber() - 1); }`, /divide error/],
  [
    "a quotient that does not fit",
    `export function main(): i32 { return i32.MIN_VALUE / -<i32>taskNumber(); }`,
    /divide error/,
  ],
  ["an assertion", `export function main(): i32 { assert(taskNumber() == 2); return 0; }`, /invalid opcode/],
  [
    "its own linear memory",
    `export function main(): i32 { return load<i32>(<usize>taskNumber() * 1000000); }`,
    /invalid opcode/,
  ],
  [
    "recursion",
    `export function main(): i32 { return f(<i32>taskNumber()); } function f(n: i32): i32 { return f(n + 1) * 3 + n; }`,
    /stack overflowed/,
  ],
  [
    "an address that is not canonical",
    `export function main(): i32 { return load8(0x8000_0000_0000); }`,
    /not canonical[\s\S]*general protection/,
  ],
  [
    "data",
    `export function main(): i32 { store8(heapStart(), 0xc3); execute(heapStart()); return 0; }`,
    /tried to execute data/,
  ],
  ["wasm as instructions", `export function main(): i32 { execute(textStart()); return 0; }`, /invalid opcode/],
];

for (const [name, source, report] of endings) {
  test(`a program that ends over ${name} is killed with a report, and nothing else is`, async () => {
    const text = `import { taskNumber, heapStart, textStart, load8, store8, execute } from "nitros";\n${source}`;
    const { console, status } = await bootSources({ bad: text, good: `export function main(): i32 { return 0; }` });
    assert.equal(status, 1, console);
    assert.match(console, report);
    assert.match(console, /1 of 2 programs ended well/);
  });
}

test("a program that overflows its stack after it has waited is killed, too", async () => {
  const source = `import { yieldNow } from "nitros";
    export function main(): i32 { yieldNow(); return f(1); }
    function f(n: i32): i32 { if (n == 7) yieldNow(); return f(n + 1) * 3 + n; }`;
  const { console, status } = await bootSources({ deep: source, good: `export function main(): i32 { return 0; }` });
  assert.equal(status, 1, console);
  assert.match(console, /task 1 \(deep\) killed: its stack overflowed/);
});

test("a program that waits too deep in its calls to be kept has overflowed its stack", async () => {
  const source = `import { yieldNow } from "nitros";
    export function main(): i32 { return f(1); }
    function f(n: i32): i32 { if (n == 9000) yieldNow(); return n > 9000 ? n : f(n + 1) * 3 + n; }`;
  const good = `import { yieldNow, printLine } from "nitros";
    export function main(): i32 { yieldNow(); yieldNow(); printLine("still here"); return 0; }`;
  const { console, status } = await bootSources({ deep: source, good });
  assert.equal(status, 1, console);
  assert.match(console, /task 1 \(deep\) killed: its stack overflowed/);
  assert.deepEqual(linesOf(console, 2), ["still here"]);
});

test("system calls from any depth of a program's stack do not run the kernel out of it", async () => {
  const source = `import { taskNumber } from "nitros";
    export function main(): i32 { return f(1); }
    function f(n: i32): i32 { return f(n + <i32>taskNumber()) * 3 + n; }`;
  const { console, status } = await bootSources({ deep: source });
  assert.equal(status, 1, console);
  assert.match(console, /task 1 \(deep\) killed: its stack overflowed/);
});

test("a text that is no WebAssembly is an invalid instruction", async () => {
  const { console, status } = await bootPrograms([{ name: "junk", image: programImage(new Uint8Array(100).fill(7)) }]);
  assert.equal(status, 1);
  assert.match(console, /task 1 \(junk\) killed[\s\S]*invalid opcode/);
});

test("an exit status other than 0 is a failure of the program", async () => {
  assert.equal((await bootSources({ three: `export function main(): i32 { return 3; }` })).status, 1);
  assert.equal((await bootSources({ zero: `export function main(): i32 { return 0; }` })).status, 0);
});
