import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SPACES_NUMBERS } from "../../bench/spaces-table.ts";
import { findNativeTool } from "../../tools/native-tools.ts";
import { nitros } from "../support/command.ts";

interface Result {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly rep?: number;
  readonly peers: Readonly<Record<string, number>>;
}

const USUAL = SPACES_NUMBERS.map(({ name }) => name);

async function spaces(machine: string, names: readonly string[]): Promise<Map<string, Result>> {
  const { status, stdout, stderr } = await nitros(["bench", "spaces", "--machine", machine, "--json"], {
    hangMilliseconds: 900_000,
  });
  assert.equal(status, 0, stderr);
  const { results } = JSON.parse(stdout) as { results: Result[] };
  assert.deepEqual(
    results.map(({ name }) => name),
    names,
  );
  return new Map(results.map((result) => [result.name, result]));
}

describe("nitros bench spaces", () => {
  test("counts what faults and calls cost on metal, zeroing apart", async () => {
    const results = await spaces("qemu", USUAL);
    for (const { name, value } of results.values()) assert.ok(value > 0, `${name}: ${value}`);
    // The page of zeros is there already, and a call has nothing to zero. A copy is of a page.
    assert.ok(Math.abs(results.get("fault.cow")!.rep! - 512) < 64);
    assert.ok(results.get("fault.read")!.rep! < 16);
    assert.ok(Math.abs(results.get("syscall.null")!.rep!) < 1);
    const isThere = findNativeTool("Linux").path !== undefined;
    for (const name of USUAL) assert.equal("Linux" in results.get(name)!.peers, isThere, `${name} beside Linux`);
    if (!isThere) return;
    // Linux's own count, recorded with another program: the same call, so nearly the same number.
    const { peers } = results.get("syscall.null")!;
    assert.ok(Math.abs(peers["Linux"]! / peers["Linux 6.1 (recorded)"]! - 1) < 0.2, `getpid takes ${peers["Linux"]}`);
  });

  test("counts accesses on the embedded machine", async () => {
    for (const { name, unit, value } of (await spaces("embedded", USUAL)).values())
      assert.ok(unit.startsWith("accesses/") && value > 0, `${name}: ${value} ${unit}`);
  });
});
