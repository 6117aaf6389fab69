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

/** How many halves of each program's secret there were when the first one said that it had written its own, and at the end. */
async function search(names: readonly string[]) {
  const programs = await Promise.all(
    names.map(async (name) => ({
      name,
      image: await buildEmbeddedProgram(join(projectRoot, "tests/secrets/programs", `${name}.ts`)),
    })),
  );
  let memory: WebAssembly.Memory | undefined;
  let alive: number[] | undefined;
  const count = () => names.map((_, index) => findSecret(Buffer.from(memory!.buffer), index + 1).length);
  const { console } = await bootPrograms(programs, {
    withKernel: (kernel) => (memory = kernel.memory),
    whenItSays: (text) => {
      if (text.includes("the secret is written")) alive ??= count();
    },
  });
  return { console, alive, ended: count() };
}

test("the secret of a program that lives is found, and nothing of it when it has ended", async (t) => {
  const { console, alive, ended } = await search(ENDING);
  t.diagnostic(`halves found: ${alive?.join(", ")} while the first lived, ${ended.join(", ")} at the end`);
  // Heap and stack, in halves; the message buffer has the line in it by then, and static data is no RAM here (docs/CAVEATS.md).
  assert.ok(alive![0]! >= 2 * (64 + 48) * 64);
  assert.match(console, /3 of 4 programs ended well/);
  assert.deepEqual(
    ended,
    ENDING.map(() => 0),
  );
});
