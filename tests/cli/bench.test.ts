import assert from "node:assert/strict";
import { test } from "node:test";
import { nitros } from "../support/command.ts";

interface BenchDocument {
  readonly schema: string;
  readonly version: number;
  readonly machine: string;
  readonly results: readonly { readonly name: string; readonly unit: string; readonly value: number }[];
}

/** Of what a boot with 256 MiB takes, per further GiB: bring-up must not walk through memory. */
const MOST_GROWTH = 0.5;

test("nitros bench boot reports how the embedded machine's boot grows with memory, and that it hardly does", async () => {
  const { status, stdout, stderr } = await nitros(["bench", "boot", "--machine", "embedded", "--json"]);
  assert.equal(status, 0, stderr);
  const document = JSON.parse(stdout) as BenchDocument;
  assert.equal(document.schema, "nitros.bench");
  assert.equal(document.version, 1);
  assert.equal(document.machine, "embedded");
  const values = new Map(document.results.map(({ name, value }) => [name, value]));
  for (const size of ["256M", "1G", "4G"]) {
    assert.ok(values.get(`boot.ready.${size}`)! > 0);
    assert.ok(values.get(`boot.accesses.${size}`)! > 1000);
  }
  assert.ok(values.get("boot.accesses.growth.ratio")! < MOST_GROWTH, stdout);
});
