import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { linuxTicks } from "../../bench/linux/instructions.ts";
import { kernelTicks } from "../../bench/measured-program.ts";
import { SYSCALLS_NUMBERS } from "../../bench/syscalls.ts";
import { findNativeTool, requireMetalTools } from "../../tools/native-tools.ts";
import { nitros } from "../support/command.ts";

const NAMES = SYSCALLS_NUMBERS.map(({ name }) => name);
const LINUX_NAMES = SYSCALLS_NUMBERS.filter(({ isWithoutPeer }) => isWithoutPeer !== true).map(({ name }) => name);

/** One boot of each, in place of the command's four: that steps are told apart is `bench spaces`' to show, by the same functions. */
describe("nitros bench syscalls", () => {
  test("its program measures everything on metal", async () => {
    requireMetalTools();
    checkAll(await kernelTicks("syscalls", "usual"));
  });

  test("so does Linux's", async (context) => {
    const { path } = findNativeTool("Linux");
    if (path === undefined) return context.skip("Linux is not installed: the bench says so, and does without");
    checkAll(await linuxTicks(path, "syscalls", "words"), LINUX_NAMES);
  });

  test("counts accesses on the embedded machine", async () => {
    const { status, stdout, stderr } = await nitros(["bench", "syscalls", "--machine", "embedded", "--json"]);
    assert.equal(status, 0, stderr);
    const { results } = JSON.parse(stdout) as { results: { name: string; unit: string; value: number }[] };
    for (const { name, unit } of results) assert.match(unit, /^accesses\//, name);
    checkAll(new Map(results.map(({ name, value }) => [name, value])));
  });
});

function checkAll(found: ReadonlyMap<string, number>, names: readonly string[] = NAMES): void {
  assert.deepEqual([...found.keys()].sort(), [...names].sort());
  for (const [name, value] of found) assert.ok(value > 0, `${name}: ${value}`);
}
