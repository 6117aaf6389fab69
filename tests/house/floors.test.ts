import assert from "node:assert/strict";
import { test } from "node:test";
import { findCycle, importsUnder, reachableFrom, sourceFiles, type Import } from "../support/imports.ts";

/** The floors of the house, as docs/ARCHITECTURE.md draws them: a floor imports only from itself and from those below. */

/** The kernel from the ground up. A file is on the first floor whose pattern fits. */
const KERNEL_FLOORS: readonly { readonly name: string; readonly files: RegExp }[] = [
  // Numbers and layouts alone, for everyone.
  { name: "trace", files: /^kernel\/trace\// },
  { name: "address", files: /^kernel\/address\// },
  { name: "random and console", files: /^kernel\/(random|console)\// },
  { name: "frames", files: /^kernel\/frames\// },
  { name: "heap", files: /^kernel\/heap\// },
  { name: "quotas", files: /^kernel\/quotas\// },
  { name: "bootinfo", files: /^kernel\/bootinfo\// },
  { name: "memory map", files: /^kernel\/memory-map\// },
  { name: "numa", files: /^kernel\/numa\// },
  { name: "paging", files: /^kernel\/paging\// },
  { name: "manifests", files: /^kernel\/manifests\// },
  { name: "time", files: /^kernel\/time\// },
  { name: "cpu", files: /^kernel\/cpu\// },
  { name: "tlb", files: /^kernel\/tlb\// },
  { name: "objects", files: /^kernel\/objects\// },
  { name: "spaces", files: /^kernel\/spaces\// },
  { name: "tasks", files: /^kernel\/tasks\// },
  { name: "ipc", files: /^kernel\/ipc\// },
  { name: "syscalls", files: /^kernel\/syscalls\// },
  { name: "bring-up", files: /^kernel\/boot\// },
  { name: "entry points", files: /^kernel\/kernel\.ts$/ },
];

/** The rest of the house: what each folder may import from, besides itself. */
const MAY_IMPORT: Readonly<Record<string, RegExp>> = {
  kernel: /^platform$/,
  "platform/metal": /^platform$/,
  "platform/embedded/model": /^model\//,
  "platform/embedded/platform": /^platform\/embedded\/model\//,
  // The frames, the modelled MMU, and on metal a kernel around what is measured.
  "platform/bench": /^platform$|^kernel\/|^model\//,
  // The frames alone; panics for its assertions.
  "platform/hosted":
    /^platform(\/\w+)?$|^platform\/bench\/|^model\/ram\/ram$|^kernel\/(frames|heap|address)\/|^kernel\/(console\/panic|trace\/trace)\.ts$/,
  // What it and the kernel agree on: layouts, numbers, and the rule for what is RAM; and what a PC is like without its firmware.
  loader: /^kernel\/bootinfo\/(layout|efi-memory|elf)\.ts$|^platform\/metal\/platform\/(entropy|processor|serial)\.ts$/,
  user: /^nitros(\/|$)|^kernel\/syscalls\/abi\.ts$|^platform\/bench\/shootdown-calls\.ts$/,
  tools: /^(?!(cli|bench|tests)\/)/,
  machine: /^(?!(cli|bench|tests)\/)/,
  bench: /^(?!(cli\/commands|tests)\/)/,
  cli: /^(?!tests\/)/,
};

function describeImport({ from, to }: Import): string {
  return `${from} imports ${to}`;
}

for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
  test(`${folder}/ imports only what its floor allows`, () => {
    const strangers = importsUnder(folder).filter(({ to }) => !to.startsWith(`${folder}/`) && !allowed.test(to));
    assert.deepEqual(strangers.map(describeImport), []);
  });
}

test("every kernel file has a floor", () => {
  const homeless = sourceFiles("kernel").filter((file) => kernelFloor(file) < 0);
  assert.deepEqual(homeless, []);
});

test("no kernel file imports from a floor above its own", () => {
  const upwards = importsUnder("kernel").filter(({ from, to }) => kernelFloor(to) > kernelFloor(from));
  assert.deepEqual(upwards.map(describeImport), []);
});

function kernelFloor(file: string): number {
  return KERNEL_FLOORS.findIndex(({ files }) => files.test(file));
}

test("no imports run in a circle", () => {
  const files = ["kernel", "platform", "loader", "user", "machine", "tools", "bench", "cli"].flatMap(sourceFiles);
  assert.equal(findCycle(files)?.join(" → "), undefined);
});

test("Node reads only those kernel files that need no machine", () => {
  const taken = importsUnder("machine", "tools", "bench", "cli").filter(({ to }) => to.startsWith("kernel/"));
  assert.ok(taken.length > 0);
  const needMachine = taken.filter(({ to }) => reachableFrom(to).has("platform"));
  assert.deepEqual(needMachine.map(describeImport), []);
});
