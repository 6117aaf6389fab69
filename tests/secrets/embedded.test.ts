import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { projectRoot } from "../../tools/build/assemblyscript.ts";
import { buildEmbeddedProgram } from "../../tools/build/embedded.ts";
import { bootPrograms } from "../embedded/support/boot.ts";
import { findSecret } from "./secret.ts";

/**
 * All that the embedded machine holds, which is its RAM and the kernel's own objects, after programs with a secret have ended, and
 * while they live.
 */

const ENDING = ["exits", "is-killed", "yields", "tells"];

/** How many halves of each program's secret there were when one first said `line`, when one said `next`, and at the end. */
async function search(names: readonly string[], line: string, next?: string) {
  const programs = await Promise.all(
    names.map(async (name) => ({
      name,
      image: await buildEmbeddedProgram(join(projectRoot, "tests/secrets/programs", `${name}.ts`)),
    })),
  );
  let memory: WebAssembly.Memory | undefined;
  let alive: number[] | undefined;
  let after: number[] | undefined;
  const count = () => names.map((_, index) => findSecret(Buffer.from(memory!.buffer), index + 1).length);
  const { console } = await bootPrograms(programs, {
    withKernel: (kernel) => (memory = kernel.memory),
    whenItSays: (text) => {
      if (text.includes(line)) alive ??= count();
      if (next !== undefined && text.includes(next)) after ??= count();
    },
  });
  return { console, alive, after, ended: count() };
}

test("the secret of a program that lives is found, and nothing of it when it has ended", async (t) => {
  const { console, alive, ended } = await search(ENDING, "the secret is written");
  t.diagnostic(`halves found: ${alive?.join(", ")} while the first lived, ${ended.join(", ")} at the end`);
  // Heap and stack, in halves; the message buffer has the line in it by then, and static data is no RAM here (docs/CAVEATS.md).
  assert.ok(alive![0]! >= 2 * (64 + 48) * 64);
  assert.match(console, /3 of 4 programs ended well/);
  assert.deepEqual(
    ended,
    ENDING.map(() => 0),
  );
});

test("nothing is left of a secret that was lent, by messages, shared memory and pages of a server, when all have given it up", async (t) => {
  const { console, alive, after, ended } = await search(["lends", "borrows"], "all is lent", "all is released");
  t.diagnostic(
    `halves found: ${alive?.join(", ")} while it was lent, ${after?.join(", ")} when it was not, ${ended.join(", ")} at the end`,
  );
  // Two pages shared, one to supply from, one supplied, a copy of that one, and what is left in a message buffer.
  assert.ok(alive![0]! >= 5 * 512 + 1, console);
  assert.deepEqual(after, [0, 0]);
  assert.deepEqual(ended, [0, 0]);
  assert.match(console, /2 of 2 programs ended well/);
});
