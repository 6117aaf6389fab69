import assert from "node:assert/strict";
import { test } from "node:test";
import { nitros } from "../support/command.ts";

interface Result {
  readonly name: string;
  readonly value: number;
  readonly rep: number;
  readonly peers: Readonly<Record<string, number>>;
}

/** Words of 8 bytes in a frame: a frame that comes back is zeroed by so many steps. */
const FRAME_WORDS = 512;

test("nitros bench frames counts on metal, zeroing apart, between the floor and what is to be beaten", async () => {
  const { status, stdout, stderr } = await nitros(["bench", "frames", "--machine", "qemu", "--json"], {
    hangMilliseconds: 900_000,
  });
  assert.equal(status, 0, stderr);
  const { machine, results } = JSON.parse(stdout) as { machine: string; results: Result[] };
  assert.equal(machine, "qemu");
  const names = results.map(({ name }) => name);
  assert.deepEqual(names, ["frames.pair", "frames.bulk", "frames.random", "frames.order9"]);
  for (const { name, value, peers } of results)
    assert.ok(value > peers["stack"]! && value < peers["LLFree (recorded)"]!, `${name}: ${value} in ${stdout}`);
  const steps = Object.fromEntries(results.map(({ name, rep }) => [name, rep]));
  assert.ok(Math.abs(steps["frames.pair"]! - FRAME_WORDS) < 1, "a pair zeroes its frame");
  // Once when first handed out, for what the firmware left, and once when freed.
  assert.ok(
    Math.abs(steps["frames.bulk"]! - 2 * FRAME_WORDS) < FRAME_WORDS / 8,
    `bulk zeroes two: ${steps["frames.bulk"]}`,
  );
  assert.ok(steps["frames.order9"]! >= FRAME_WORDS * 512, "2 MiB are zeroed");
});
