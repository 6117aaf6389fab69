import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { BootRequest } from "../../machine/machine.ts";
import { qemuArguments } from "../../machine/qemu/command-line.ts";
import { CONSOLE_MARKER, SerialConsole } from "../../machine/qemu/console.ts";
import { bootResult, type QemuEnd } from "../../machine/qemu/endings.ts";
import { bootQemu } from "../../machine/qemu/index.ts";
import { walkTables } from "../../machine/qemu/tables.ts";
import { kernelFile, withPrologue } from "./kernel-file.ts";

const FILES = {
  firmwareCode: "/code.fd",
  firmwareVariables: "/a,b/vars.fd",
  disk: "/d",
  records: "/r",
  monitor: undefined,
};
const MACHINE = { memoryBytes: 256 * 2 ** 20, cpus: 1, numaNodes: 1, without: [] };

describe("QEMU's command line", () => {
  test("hides the features that the request hides", () => {
    const args = qemuArguments({ ...MACHINE, without: ["nx", "smap"] }, FILES, "free");
    assert.equal(args[args.indexOf("-cpu") + 1], "max,nx=off,smap=off");
  });

  test("shares memory and CPUs among nodes, and loses none", () => {
    const args = qemuArguments({ ...MACHINE, memoryBytes: 100 * 2 ** 20, cpus: 4, numaNodes: 3 }, FILES, "free");
    const all = args.join(" ");
    assert.deepEqual(
      [...all.matchAll(/size=(\d+)M/g)].map((match) => match[1]),
      ["33", "33", "34"],
    );
    assert.deepEqual(
      [...all.matchAll(/nodeid=(\d),memdev=memory\d((?:,cpus=\d)*)/g)].map((match) => match[2]),
      [",cpus=0,cpus=1", ",cpus=2", ",cpus=3"],
    );
  });

  test("never assumes KVM, counts instructions when asked, and survives a comma in a path", () => {
    assert.ok(qemuArguments(MACHINE, FILES, "free").join(" ").includes("-accel tcg -drive"));
    const counted = qemuArguments(MACHINE, FILES, "by-instructions").join(" ");
    assert.ok(counted.includes("-icount shift=4"));
    assert.ok(counted.includes("file=/a,,b/vars.fd"));
  });
});

function serial(...pieces: readonly (string | Buffer)[]): { serial: SerialConsole; kernel: string } {
  let kernel = "";
  const console = new SerialConsole((bytes) => (kernel += Buffer.from(bytes).toString("latin1")));
  for (const piece of pieces) console.receive(Buffer.from(piece as string, "latin1"));
  return { serial: console, kernel };
}

describe("the serial port", () => {
  test("passes on what follows the marker, wherever the pieces are cut", () => {
    const whole = `\x1b[2JBdsDxe: starting\r\n${CONSOLE_MARKER.toString("latin1")}kernel text`;
    for (let cut = 0; cut <= whole.length; cut++) {
      const { kernel, serial: port } = serial(whole.slice(0, cut), whole.slice(cut));
      assert.equal(kernel, "kernel text");
      assert.equal(port.firmwareText, "BdsDxe: starting\n");
    }
  });

  test("keeps the boot agent's error apart", () => {
    const { serial: port, kernel } = serial("\x1b[01;01Hboot agent error: NoKernel: not there\r\nmore\r\n");
    assert.equal(port.agentError, "NoKernel: not there");
    assert.equal(kernel, "");
    assert.equal(port.kernelStarted, false);
  });

  test("notices the firmware's fault report, split or not", () => {
    assert.equal(serial("!!!! X64 Exc", "eption Type - 0E").serial.firmwareFault, true);
    assert.equal(serial("all is well").serial.firmwareFault, false);
  });

  test("takes the same words for a program's once the kernel has spoken, and not before", () => {
    const marker = CONSOLE_MARKER.toString("latin1");
    const report = "!!!! X64 Exception Type - 0E";
    for (let cut = 0; cut <= report.length; cut++) {
      assert.equal(serial(marker, report.slice(0, cut), report.slice(cut)).serial.firmwareFault, true);
      assert.equal(
        serial(`${marker}NitrOS\n1 liar | ${report.slice(0, cut)}`, report.slice(cut)).serial.firmwareFault,
        false,
      );
    }
    assert.equal(serial("BdsDxe\n", report, marker).serial.firmwareFault, false, "it went on");
  });
});

const END: QemuEnd = {
  exitCode: 1,
  signal: null,
  stderr: "",
  kernelStarted: true,
  killed: undefined,
  agentError: undefined,
  firmwareText: "",
  timeoutSeconds: 3,
};

describe("the end of QEMU", () => {
  const endings: readonly { what: string; end: Partial<QemuEnd>; status: number; says?: RegExp }[] = [
    { what: "exit(0)", end: { exitCode: 1 }, status: 0 },
    { what: "exit(1)", end: { exitCode: 3 }, status: 1 },
    { what: "exit(70)", end: { exitCode: 141 }, status: 70 },
    { what: "exit(124)", end: { exitCode: 249 }, status: 124 },
    { what: "a reset", end: { exitCode: 0 }, status: 70, says: /triple fault/ },
    {
      what: "QEMU's refusal",
      end: { exitCode: 1, kernelStarted: false, stderr: "no such cpu" },
      status: 70,
      says: /no such cpu/,
    },
    { what: "a signal", end: { exitCode: null, signal: "SIGSEGV" }, status: 70, says: /SIGSEGV/ },
    { what: "the time limit", end: { exitCode: null, killed: "timeout" }, status: 124, says: /3 s/ },
    {
      what: "the boot agent, of a file",
      end: { exitCode: 3, agentError: "NoKernel: gone" },
      status: 1,
      says: /NoKernel/,
    },
    {
      what: "a boot agent that cannot end",
      end: { exitCode: 0, agentError: "OutOfMemory" },
      status: 70,
      says: /OutOfM/,
    },
    {
      what: "a fault without handlers",
      end: { killed: "firmware fault", firmwareText: "x\n!!!! X64 Exception Type - 0E\nRIP" },
      status: 70,
      says: /0E\nRIP/,
    },
  ];
  for (const { what, end, status, says } of endings) {
    test(`${what} is status ${status}`, () => {
      const result = bootResult({ ...END, ...end });
      assert.equal(result.status, status);
      if (says === undefined) assert.equal(result.message, undefined);
      else assert.match(result.message!, says);
    });
  }
});

describe("page tables from outside", () => {
  const P = 1n;
  const W = 2n;
  const U = 4n;
  const LARGE = 1n << 7n;
  const NX = 1n << 63n;

  /** Tables as a map from frame to its few entries. */
  function walk(frames: Record<number, Record<number, bigint>>, nx: "nx" | "no nx" = "nx") {
    return walkTables(0x1000n, nx, (frame) => {
      const bytes = Buffer.alloc(4096);
      for (const [index, entry] of Object.entries(frames[Number(frame)]!))
        bytes.writeBigUInt64LE(entry, Number(index) * 8);
      return Promise.resolve(bytes);
    });
  }

  test("a right needs the consent of every level", async () => {
    const [range] = await walk({
      0x1000: { 256: 0x2000n | P | W },
      0x2000: { 0: 0x3000n | P | U | W | NX },
      0x3000: { 1: 0x4000n | P | U },
      0x4000: { 3: 0x9000n | P | U | W },
    });
    assert.deepEqual(
      { ...range },
      {
        first: 0xffff_8000_0020_3000n,
        last: 0xffff_8000_0020_3fffn,
        physical: 0x9000n,
        pageBytes: 4096n,
        writable: false,
        user: false,
        executable: false,
        global: false,
        memoryType: 0,
      },
    );
  });

  test("large pages, neighbours joined, absent entries skipped", async () => {
    const ranges = await walk({
      0x1000: { 0: 0x2000n | P | W | U },
      0x2000: { 0: 0x3000n | P | W | U, 1: 0x4000_0000n | P | LARGE, 2: 0xdead_0000n },
      0x3000: { 4: 0x20_0000n | P | LARGE, 5: 0x40_0000n | P | LARGE, 6: 0xa0_0000n | P | LARGE },
    });
    assert.deepEqual(
      ranges.map(({ first, last, pageBytes }) => [first, last, pageBytes]),
      [
        [0x80_0000n, 0xbf_ffffn, 0x20_0000n],
        [0xc0_0000n, 0xdf_ffffn, 0x20_0000n],
        [0x4000_0000n, 0x7fff_ffffn, 0x4000_0000n],
      ],
    );
  });

  test("PAT is bit 7 of a small page's entry, bit 12 of a larger one's", async () => {
    const [PWT, PCD, LARGE_PAT] = [1n << 3n, 1n << 4n, 1n << 12n];
    const ranges = await walk({
      0x1000: { 0: 0x2000n | P },
      0x2000: { 0: 0x3000n | P, 1: P | LARGE | PWT },
      0x3000: { 0: 0x4000n | P, 1: P | LARGE | LARGE_PAT | PCD },
      0x4000: { 0: P | LARGE | PWT },
    });
    assert.deepEqual(
      ranges.map(({ memoryType }) => memoryType),
      [5, 6, 1],
    );
  });

  test("without EFER.NXE bit 63 takes no right away", async () => {
    const frames = { 0x1000: { 0: 0x2000n | P }, 0x2000: { 0: P | LARGE | NX } };
    assert.equal((await walk(frames, "no nx"))[0]!.executable, true);
    assert.equal((await walk(frames))[0]!.executable, false);
  });
});

const REQUEST: BootRequest = {
  ...{
    ...MACHINE,
    programs: [],
    seed: 1n,
    aslr: true,
    colour: false,
    trace: false,
    crash: undefined,
    failAllocation: undefined,
  },
  timeoutSeconds: 120,
};

test("a disk without a kernel that is ELF: the boot agent's own words, and its status", async () => {
  let console = "";
  const observer = { console: (bytes: Uint8Array) => void (console += bytes.toString()), records: () => undefined };
  const result = await bootQemu(REQUEST, observer, { kernel: Buffer.from("not ELF at all") });
  assert.equal(result.status, 1, result.message);
  assert.match(result.message!, /boot agent gave up: .*kernel/i);
  assert.equal(console, "");
});

test("a triple fault ends the machine with status 70, and is called by its name", async () => {
  const noHandlers = [
    ...[0x0f, 0x01, 0x1d, 0x02, 0x00, 0x00, 0x00], // lidt 2(%rip): of the ten zeros
    ...[0x0f, 0x0b], // ud2
    ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ];
  const kernel = withPrologue(await kernelFile(), noHandlers);
  const observer = { console: () => assert.fail("the kernel has not started"), records: () => undefined };
  const result = await bootQemu(REQUEST, observer, { kernel });
  assert.equal(result.status, 70);
  assert.match(result.message!, /^the machine reset: a triple fault/);
});

test("a fault before the kernel has handlers is the firmware's to tell, and ends the machine with status 70", async () => {
  const speaks = [0xba, 0xf8, 0x03, 0x00, 0x00, ...[...CONSOLE_MARKER].flatMap((byte) => [0xb0, byte, 0xee])]; // out %al, %dx
  const invalidInstruction = [0x0f, 0x0b];
  const kernel = withPrologue(await kernelFile(), [...speaks, ...invalidInstruction]);
  let console = "";
  const observer = { console: (bytes: Uint8Array) => void (console += bytes.toString()), records: () => undefined };
  const result = await bootQemu(REQUEST, observer, { kernel });
  assert.equal(result.status, 70);
  assert.match(result.message!, /^a fault before the kernel could answer faults/);
  assert.match(console, /^!!!! X64 Exception Type - 06\(#UD/);
});
