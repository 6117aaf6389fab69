import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { BootDocument } from "../../cli/records/document.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { nitros } from "../support/command.ts";
import { sourceText } from "../support/boot.ts";
import { temporaryFolder } from "../support/folder.ts";

const folder = temporaryFolder({});
const ESCAPE = "\u001b[";

describe("nitros boot", () => {
  test("prints the boot, the program's words and nothing else, without colours in a pipe", async () => {
    const { status, stdout, stderr } = await nitros(["boot"]);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^NitrOS memory manager/);
    assert.match(stdout, /Hello from ring 3/);
    assert.match(stdout, /11 of 11 programs ended well/);
    assert.ok(!stdout.includes(ESCAPE));
    assert.match(stderr, /booting the embedded machine/);
  });

  test("has colours when FORCE_COLOR asks, and never with NO_COLOR", async () => {
    const forced = await nitros(["boot", "hello"], { env: { FORCE_COLOR: "1" } });
    assert.ok(forced.stdout.includes(ESCAPE));
    const refused = await nitros(["boot", "hello"], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } });
    assert.ok(!refused.stdout.includes(ESCAPE));
  });

  test("a program that is killed makes the status 1, and the report says why", async () => {
    const { status, stdout } = await nitros(["boot", "null-read", "hello"]);
    assert.equal(status, 1);
    assert.match(stdout, /null-read\) killed: it used a null pointer/);
    assert.match(stdout, /Hello from ring 3/);
  });

  for (const memory of ["0", "8M"]) {
    test(`--memory ${memory} is too little: says how much it needs`, async () => {
      const { status, stdout, stderr } = await nitros(["boot", "--memory", memory]);
      assert.ok(status === 64 || status === 70, `status ${status}`);
      assert.match(stdout + stderr, /needs \d+ [KM]iB/);
      assert.doesNotMatch(stderr, /\n {4}at /);
    });
  }
});

describe("nitros boot --json", () => {
  test("is one document, with u64 as 0x… strings", async () => {
    const { status, stdout } = await nitros(["boot", "hello", "read-kernel", "--json", "--seed", "7"]);
    assert.equal(status, 1);
    const document = JSON.parse(stdout) as BootDocument;
    assert.equal(document.schema, "nitros.boot");
    assert.equal(document.version, 1);
    assert.equal(document.machine, "embedded");
    assert.equal(document.status, status);
    assert.equal(document.random!["seed"], "0x7");
    assert.match(document.console, /Hello from ring 3/);
    checkCounters(document);
    assert.equal(document.panic, null);
    assert.deepEqual(
      document.programs.map(({ name, exit }) => [name, exit]),
      [
        ["hello", 0],
        ["read-kernel", null],
      ],
    );
    assert.equal(document.programs[1]!.fault!["reason"], "kernel-address");
    checkMap(document);
    assert.deepEqual(
      document.zones.map(({ zone }) => zone),
      ["user", "kernel", "modules", "direct-map", "mmio"],
    );
    assert.deepEqual(
      document.segments.map(({ rights }) => rights),
      ["r-x", "r--", "rw- sealed", "rw-"],
    );
    const phases = ["bootinfo", "memory-map", "frames", "kernel-space", "protections", "seal", "tasks"];
    assert.deepEqual(
      document.phases.map(({ phase }) => phase),
      phases,
    );
  });

  test("has the panic of a kernel that crashed", async () => {
    const { status, stdout } = await nitros(["boot", "--json", "--crash", "write-sealed"]);
    assert.equal(status, 70);
    const { panic } = JSON.parse(stdout) as BootDocument;
    assert.equal(panic!["vector"], 14);
  });
});

/** Sorted, disjoint, and with as many frames of RAM as the counts say. */
function checkMap({ memoryMap, frames }: BootDocument): void {
  let end = -1n;
  let ram = 0n;
  for (const { first, last, range } of memoryMap as readonly Record<string, string>[]) {
    assert.ok(BigInt(first!) > end && BigInt(last!) > BigInt(first!), `${first} follows ${end}`);
    end = BigInt(last!);
    if (!NOT_RAM.has(range!)) ram += (end + 1n - BigInt(first!)) / 4096n;
  }
  const { free, reserved, inUse } = frames as Record<string, string>;
  assert.equal(BigInt(free!) + BigInt(reserved!) + BigInt(inUse!), ram);
}

/** Counted until the last program ended: all that programs had is free again, and objects of each kind are in no task's hands. */
function checkCounters({ frames, objects }: BootDocument): void {
  const { nodes, orders, cpus, byOwner } = frames as Record<string, readonly Record<string, number | string>[]>;
  const owned = byOwner!.reduce((sum, owner) => sum + Number(owner["frames"]), 0);
  assert.equal(owned, nodes![0]!["frames"]);
  assert.equal(Number(nodes![0]!["free"]) + Number(nodes![0]!["used"]), nodes![0]!["frames"]);
  assert.ok(Number(orders![0]!["allocated"]) > Number(orders![0]!["freed"]) && orders!.length === 19);
  assert.ok(Number(cpus![0]!["refills"]) > 0);
  const user = byOwner!.find(({ owner }) => owner === "user");
  assert.ok(user!["frames"] === 0 && Number(user!["most"]) > 0);
  const used = objects.filter(({ mostSlabs }) => Number(mostSlabs) > 0).map(({ kind }) => kind);
  assert.deepEqual(used.sort(), ["region", "space", "task"]);
  for (const { out, kept } of objects) assert.equal(out, kept);
}

const NOT_RAM: ReadonlySet<string> = new Set(["mmio", "reserved", "persistent", "unaccepted", "unusable"]);

describe("nitros boot --trace FILE", () => {
  test("writes one JSON object a line, of kinds and fields that docs/TRACE.md has", async () => {
    const file = join(folder, "trace.jsonl");
    const { status } = await nitros(["boot", "hello", "null-read", "--trace", file]);
    assert.equal(status, 1);
    const lines = readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
    assert.ok(lines.length > 100, `${lines.length} lines`);
    const described = documentedFields();
    for (const line of lines) {
      assert.match(line.time, /^0x[\da-f]+$/);
      const fields = described.get(line.kind);
      assert.ok(fields, `docs/TRACE.md does not have ${line.kind}`);
      const found = Object.keys(line).filter((name) => !["time", "cpu", "task", "kind"].includes(name));
      assert.deepEqual(
        found.filter((name) => !fields.has(name)),
        [],
        `fields of ${line.kind}`,
      );
    }
    for (const kind of ["frame-allocated", "mapped", "call", "result", "fault", "task-killed", "task-exit"]) {
      assert.ok(
        lines.some((line) => line.kind === kind),
        `no record of ${kind}`,
      );
    }
  });

  test("a file that cannot be written does not disturb the boot, and is told", async () => {
    const { status, stdout, stderr } = await nitros(["boot", "hello", "--trace", "/dev/full"]);
    assert.match(stdout, /1 of 1 program ended well/);
    assert.match(stderr, /--trace \/dev\/full: ENOSPC/);
    assert.equal(status, 64);
  });

  test("docs/TRACE.md has every kind that the kernel has", () => {
    const described = documentedFields();
    const kinds = Object.keys(RecordKind).map((name) => name.toLowerCase().replaceAll("_", "-"));
    assert.deepEqual(
      kinds.filter((kind) => !described.has(kind)),
      [],
    );
  });
});

interface Line {
  readonly time: string;
  readonly kind: string;
}

/** The table of docs/TRACE.md: | `kind` | `field`, `field` | … |. */
function documentedFields(): Map<string, Set<string>> {
  const rows = [...sourceText("docs/TRACE.md").matchAll(/^\| `([\w-]+)` \| ([^|]*)\|/gm)];
  return new Map(
    rows.map(([, kind, fields]) => [kind!, new Set([...fields!.matchAll(/`(\w+)`/g)].map(([, name]) => name!))]),
  );
}

describe("nitros programs", () => {
  test("lists every bundled program with what it shows", async () => {
    const { status, stdout } = await nitros(["programs"]);
    assert.equal(status, 0);
    for (const name of [
      "hello",
      "null-read",
      "write-to-code",
      "execute-data",
      "read-kernel",
      "stack-overflow",
      "fork-tree",
    ]) {
      assert.match(stdout, new RegExp(`│ ${name} +│ [A-Z]`));
    }
  });
});

describe("nitros doctor", () => {
  test("names every tool, and with an empty PATH the one command that installs them", async () => {
    const present = await nitros(["doctor"]);
    assert.match(present.stdout, /clang[\s\S]*qemu-system-x86_64/);
    const { status, stdout } = await nitros(["doctor"], { env: { PATH: "/nowhere" } });
    assert.equal(status, 69);
    assert.match(stdout, /apt-get install --yes --no-install-recommends .*clang.*qemu-system-x86/);
  });

  test("booting QEMU without tools is status 69 and says the command", async () => {
    const { status, stderr } = await nitros(["boot", "--machine", "qemu"], { env: { PATH: "/nowhere" } });
    assert.equal(status, 69);
    assert.match(stderr, /apt-get update && apt-get install .*clang.* lld.* mtools.* qemu-system-x86/);
  });
});
