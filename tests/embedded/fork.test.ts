import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bootSources, compileText, wasmOf } from "./support/boot.ts";
import { type Copy, StandInCall, StandInKernel } from "./support/stand-in-kernel.ts";

// Copies of a program that has stopped in the middle of a call.

const LIBRARY = `import { syscall } from "nitros";
  function note(value: i64): void { syscall(${StandInCall.NOTE}, <u64>value, 0, 0, 0, 0, 0); }
  function fork(): i64 { return syscall(${StandInCall.FORK}, 0, 0, 0, 0, 0, 0); }\n`;

async function moduleOf(name: string, source: string): Promise<WebAssembly.Module> {
  return new WebAssembly.Module(wasmOf(await compileText(name, LIBRARY + source)));
}

/** Every kind of state that a program has outside its mapped memory; each copy counts on in its own. */
const STATE = `
  let whole: i32 = 5; let long: i64 = 6; let single: f32 = 0.5; let double: f64 = 0.25; let never: i32 = 7;
  const cell = memory.data(8);
  class Shared { static count: i32 = 8; }
  function change(local: i64, by: i64): i64 {
    whole += <i32>by; long += by << 40; single += <f32>by; double += <f64>by; Shared.count += <i32>by;
    store<i64>(cell, load<i64>(cell) + by);
    return local + by;
  }
  function noteAll(local: i64): void {
    note(local); note(whole); note(long); note(<i64>(single * 4)); note(<i64>(double * 4)); note(Shared.count);
    note(load<i64>(cell)); note(never);
  }
  export function main(): i32 {
    let local = change(1, 10);
    const child = fork();
    local = change(local, child == 0 ? 100 : 1000);
    noteAll(local);
    return <i32>child;
  }`;

const WIDE = 1n << 40n;
const CHILDS_STATE = [111n, 115n, 6n + 110n * WIDE, 442n, 441n, 118n, 110n, 7n];
const PARENTS_STATE = [1011n, 1015n, 6n + 1010n * WIDE, 4042n, 4041n, 1018n, 1010n, 7n];

/** Three forks in a row make eight copies: each notes which forks it was the child of. */
const LOOP = `
  export function main(): i32 {
    let path = 0;
    for (let bit = 0; bit < 3; bit++) if (fork() == 0) path |= 1 << bit;
    note(path);
    return path;
  }`;

/** The deepest call of a recursion forks; both copies come back through it with the locals that they had. */
const RECURSION = `
  function descend(depth: i64): i64 {
    if (depth == 0) return fork() == 0 ? 1 : 2;
    const mine = depth * depth + 3;
    const below = descend(depth - 1);
    return below * 31 + mine;
  }
  export function main(): i32 { note(descend(50)); return 0; }`;

function descend(depth: bigint, leaf: bigint): bigint {
  return depth === 0n ? leaf : BigInt.asIntN(64, descend(depth - 1n, leaf) * 31n + depth * depth + 3n);
}

/** What stands outside of functions is done once, and may itself fork. */
const TOP_LEVEL = `
  let seen = fork();
  note(1);
  const later = seen + 5;
  export function main(): i32 { note(later); note(fork() == 0 ? 2 : 3); return 0; }`;

/** Each child makes the next. */
const LINE = `
  export function main(): i32 {
    let depth = 0;
    while (depth < 200 && fork() == 0) depth++;
    return depth;
  }`;

for (const first of ["child", "parent"] as const) {
  describe(`when the ${first} goes on first`, () => {
    const run = async (name: string, source: string): Promise<readonly Copy[]> =>
      new StandInKernel(first).run(await moduleOf(name, source));
    const notes = (copies: readonly Copy[]) => copies.map((copy) => copy.notes);

    test("a copy has memory, locals and globals of every type, and what either changes is its own", async () => {
      const copies = await run("state", STATE);
      assert.deepEqual(notes(copies), [PARENTS_STATE, CHILDS_STATE]);
      assert.deepEqual(
        copies.map(({ ended }) => ended),
        [1, 0],
      );
    });

    test("copies that are copied are all there", async () => {
      const paths = notes(await run("loop", LOOP)).flat();
      assert.deepEqual(
        paths.sort((a, b) => Number(a - b)),
        Array.from({ length: 8 }, (_, index) => BigInt(index)),
      );
    });

    test("a copy made deep in a recursion comes back through it", async () => {
      assert.deepEqual(notes(await run("recursion", RECURSION)), [[descend(50n, 2n)], [descend(50n, 1n)]]);
    });

    test("what stands outside of functions is not repeated, and may be where the copy was made", async () => {
      const sorted = notes(await run("top-level", TOP_LEVEL))
        .map(String)
        .sort();
      assert.deepEqual(sorted, ["1,5,2", "1,5,3", "1,6,2", "1,6,3"]);
    });

    test("a copy of a copy, two hundred times", async () => {
      const ended = (await run("line", LINE)).map((copy) => copy.ended);
      assert.deepEqual(
        ended.sort((a, b) => a! - b!),
        Array.from({ length: 201 }, (_, index) => index),
      );
    });
  });
}

test("a program that forks too deep in its calls to be kept has overflowed its stack, and so has its child", async () => {
  const source = `import { fork, print, printLine } from "nitros";
    export function main(): i32 { return f(1); }
    function f(n: i32): i32 { if (n == 9000) { fork(); printLine("never said"); } return n > 9000 ? n : f(n + 1) * 3 + n; }`;
  const good = `import { fork, wait, printLine } from "nitros";
    export function main(): i32 { if (fork() == 0) return 0; wait(0); printLine("still here"); return 0; }`;
  const { console, status } = await bootSources({ deep: source, good });
  assert.equal(status, 1, console);
  assert.equal([...console.matchAll(/task \d \(deep\) killed: its stack overflowed/g)].length, 2, console);
  assert.match(console, /^2 good +\| still here$/m);
  assert.ok(!console.includes("never said"));
});
