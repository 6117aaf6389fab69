import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nitros } from "../support/command.ts";

interface Result {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly peers: Readonly<Record<string, number>>;
  readonly target?: { readonly atMost?: number; readonly atLeast?: number };
}

/** Counted in instructions: they repeat, so that a loss shows. */
const COUNTED = ["frames.pair", "frames.bulk", "frames.random", "frames.order9"];
const NAMES = [...COUNTED, "frames.threads", "frames.fragmentation", "frames.metadata", "frames.metadata.table"];

describe("nitros bench frames", () => {
  test("counts on the hosted build, beside the floor, what others take and what is aimed for", async () => {
    const { status, stdout, stderr } = await nitros(["bench", "frames", "--machine", "hosted", "--json"]);
    assert.equal(status, 0, stderr);
    const document = JSON.parse(stdout) as { schema: string; machine: string; results: Result[] };
    assert.equal(document.schema, "nitros.bench");
    assert.equal(document.machine, "hosted");
    const results = new Map(document.results.map((result) => [result.name, result]));
    for (const name of NAMES)
      assert.ok(results.get(name)?.target !== undefined, `${name} with its target in ${stdout}`);
    for (const name of COUNTED) {
      const { value, peers } = results.get(name)!;
      // Nothing that checks and accounts costs less than a bare stack; and LLFree is what is to be beaten.
      assert.ok(value > peers["stack"]! && value < peers["LLFree (recorded)"]!, `${name}: ${value}`);
    }
    assert.equal(results.get("frames.fragmentation")!.value, 512);
    assert.equal(results.get("frames.fragmentation")!.peers["stack"], 0);
    for (const name of ["frames.metadata", "frames.metadata.table"]) {
      const { value, target } = results.get(name)!;
      assert.ok(value > 0 && value <= target!.atMost!, `${name}: ${value}`);
    }
    assert.ok(results.get("frames.threads")!.value > 0);
  });

  test("compares with the floor in Node, too", async () => {
    const { status, stdout, stderr } = await nitros(["bench", "frames", "--machine", "embedded", "--json"]);
    assert.equal(status, 0, stderr);
    const { results } = JSON.parse(stdout) as { results: Result[] };
    assert.deepEqual(
      results.map(({ name }) => name),
      COUNTED,
    );
    for (const { name, unit, value } of results) assert.ok(unit === "times the stack" && value > 0, name);
  });

  test("without valgrind is status 69 and says the command that installs it", async () => {
    const { status, stderr } = await nitros(["bench", "frames", "--machine", "hosted"], { env: { PATH: "/nowhere" } });
    assert.equal(status, 69, stderr);
    assert.match(stderr, /missing: .*valgrind[\s\S]*apt-get install .*valgrind/);
  });

  test("on a machine where nothing of it is measured is bad usage", async () => {
    const { status, stderr } = await nitros(["bench", "copies", "--machine", "qemu"]);
    assert.equal(status, 64, stderr);
    assert.match(stderr, /copies: nothing is measured on qemu/);
  });
});
