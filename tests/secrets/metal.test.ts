import assert from "node:assert/strict";
import { test } from "node:test";
import { lookAtLiveMachine } from "../metal/live-machine.ts";
import { findSecret } from "./secret.ts";

/** All RAM of a PC, dumped from outside while it stands still, after programs with a secret have ended, and before one has. */

const folder = "tests/secrets/programs";
const MEMORY_BYTES = 96 * 2 ** 20;
const ENDING = ["lends", "borrows", "exits", "is-killed", "traps", "yields", "tells"];

/** Everything that QEMU has as RAM of the guest, the frame buffer's and the firmware's included. */
async function dumpAfter(programs: readonly string[], ready: string): Promise<Buffer> {
  let dump: Buffer = Buffer.alloc(0);
  const sources = programs.map((name) => `${folder}/${name}.ts`);
  await lookAtLiveMachine({ programs: sources, ready, memoryBytes: MEMORY_BYTES }, async ({ monitor }) => {
    await monitor.stop();
    dump = await monitor.read(0n, MEMORY_BYTES);
    monitor.quit();
  });
  return dump;
}

test("the secret of a program that lives is found: the search works", async () => {
  const dump = await dumpAfter(["keeps"], "| the secret is written\n");
  const found = findSecret(dump, 1);
  // Heap, stack and static data; the message buffer has the line in it by then.
  const written = 2 * ((64 + 48 + 4) * 64);
  assert.ok(found.length >= written, `${found.length} halves found, ${written} written`);
});

test("of programs that have ended nothing is left in all of RAM", async (t) => {
  const dump = await dumpAfter([...ENDING, "outlives"], "| the others have ended\n");
  for (const [index, name] of ENDING.entries()) {
    const found = findSecret(dump, index + 1);
    t.diagnostic(`${name}: ${found.length} found in ${dump.length / 2 ** 20} MiB`);
    assert.deepEqual(
      found.map((at) => `p0x${at.toString(16)}`),
      [],
      name,
    );
  }
});
