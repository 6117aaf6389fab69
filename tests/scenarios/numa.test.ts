import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ExitStatus } from "../../cli/exit-status.ts";
import type { NumaReport } from "../../cli/records/numa.ts";
import { bootPrograms } from "../support/boot.ts";

/** `--numa N` on both machines: real firmware's tables and the modelled ones tell the same. */

const MIB = 2 ** 20;
const HELLO = "user/programs/hello.ts";

async function topologyOf(machine: "embedded" | "qemu", numaNodes: number, memoryBytes: number): Promise<NumaReport> {
  const { document, console } = await bootPrograms(machine, [HELLO], { numaNodes, memoryBytes });
  assert.equal(document.status, ExitStatus.OK, console);
  assert.match(console, new RegExp(`nodes +${numaNodes}, as the firmware's SRAT and SLIT say`));
  return document.numa!;
}

const cases = [
  {
    nodes: 2,
    memory: 256 * MIB,
    distances: [
      [10, 21],
      [21, 10],
    ],
  },
  { nodes: 4, memory: 5 * 1024 * MIB, distances: ring(4) },
  { nodes: 3, memory: 256 * MIB, distances: ring(3) },
];

function ring(nodes: number): number[][] {
  const hops = (a: number, b: number) => Math.min((a - b + nodes) % nodes, (b - a + nodes) % nodes);
  const numbers = Array.from({ length: nodes }, (_, node) => node);
  return numbers.map((from) => numbers.map((to) => (from === to ? 10 : 11 + 10 * hops(from, to))));
}

describe("nodes of memory", () => {
  for (const { nodes, memory, distances } of cases) {
    test(`${nodes} in ${memory / MIB} MiB: the same topology on both machines`, async () => {
      const [embedded, qemu] = [await topologyOf("embedded", nodes, memory), await topologyOf("qemu", nodes, memory)];
      assert.deepEqual(embedded, qemu);
      assert.equal(embedded.source, "srat");
      assert.deepEqual(embedded.distances, distances);
      assert.deepEqual(embedded.oddities, []);
      assert.deepEqual(embedded.cpus, [{ cpu: 0, apicId: 0, node: 0, state: ["enabled"] }]);
      assert.deepEqual(
        embedded.nodes.map(({ node, domain }) => [node, domain]),
        distances.map((_, node) => [node, node]),
      );
      const frames = embedded.nodes.reduce((sum, node) => sum + Number(node.frames), 0);
      // All but the PC's hole below 1 MiB, and the little that OVMF keeps.
      assert.ok(frames <= memory / 4096 - 96 && frames > memory / 4096 - 512, `${frames} frames`);
    });
  }

  test("one: nobody tells of more", async () => {
    const { document, console } = await bootPrograms("embedded", [HELLO]);
    assert.match(console, /nodes +1: the firmware tells of no more/);
    assert.deepEqual([document.numa!.source, document.numa!.nodes, document.numa!.distances], ["none", [], null]);
  });

  test("sixteen, as many as the kernel has room for", async () => {
    const topology = await topologyOf("embedded", 16, 256 * MIB);
    assert.equal(topology.nodes.length, 16);
    assert.deepEqual(topology.distances, ring(16));
  });
});
