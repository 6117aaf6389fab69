import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { QemuMonitor, Segment } from "../../machine/qemu/monitor.ts";
import { kernelFile, symbolOffset, textOffset, withPrologue } from "./kernel-file.ts";
import { lookAtLiveMachine } from "./live-machine.ts";

/**
 * What a firmware may leave behind, set before the kernel's first instruction: CR0.AM and TS; CR4.VME, PVI, TSD, DE, PCE, FSGSBASE,
 * OSXSAVE and PKE; a breakpoint; EFER.SVME (QEMU has no FFXSR); a segment for SYSENTER.
 */
const UNTIDY_FIRMWARE = [
  ...[0x0f, 0x20, 0xc0, 0x0d, 0x08, 0x00, 0x04, 0x00, 0x0f, 0x22, 0xc0], // CR0 |= 0x40008
  ...[0x0f, 0x20, 0xe0, 0x0d, 0x0f, 0x01, 0x45, 0x00, 0x0f, 0x22, 0xe0], // CR4 |= 0x45010f
  ...[0xb8, 0x03, 0x04, 0x00, 0x00, 0x0f, 0x23, 0xf8], // DR7 = 0x403
  ...[0xb9, 0x80, 0x00, 0x00, 0xc0, 0x0f, 0x32, 0x0d, 0x01, 0x10, 0x00, 0x00, 0x0f, 0x30], // EFER |= 0x1001
  ...[0xb9, 0x74, 0x01, 0x00, 0x00, 0xb8, 0x08, 0x00, 0x00, 0x00, 0x31, 0xd2, 0x0f, 0x30], // SYSENTER_CS = 8
];

const USER_CODE = 0x2b;

/** Stops the machine at a moment when it runs the program. */
async function stopInRing3(monitor: QemuMonitor): Promise<void> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    await monitor.stop();
    if ((await monitor.segments()).get("CS")!.selector === USER_CODE) return;
    await monitor.resume();
  }
  throw new Error("the program never ran");
}

describe("in ring 3, after a firmware that left everything on", () => {
  let registers: ReadonlyMap<string, bigint>;
  let segments: ReadonlyMap<string, Segment>;
  let localApic: string;

  before(async () => {
    const kernel = withPrologue(await kernelFile(), UNTIDY_FIRMWARE);
    const request = { programs: ["tests/metal/programs/spin.ts"], ready: "| spinning\n", kernel };
    await lookAtLiveMachine(request, async ({ monitor }) => {
      await stopInRing3(monitor);
      registers = await monitor.registers();
      segments = await monitor.segments();
      localApic = (await monitor.execute("human-monitor-command", { "command-line": "info lapic" })) as string;
      monitor.quit();
    });
  });

  const expected: readonly { name: string; value: bigint; which: string }[] = [
    { name: "CR0", value: 0x8001_0033n, which: "PG WP NE ET MP PE" },
    { name: "CR4", value: 0x0030_0ee0n, which: "SMAP SMEP UMIP OSXMMEXCPT OSFXSR PGE MCE PAE" },
    { name: "EFER", value: 0xd01n, which: "NXE LMA LME SCE" },
    { name: "DR7", value: 0x400n, which: "no breakpoint" },
  ];
  for (const { name, value, which } of expected) {
    test(`${name} is ${which}, and nothing else`, () => {
      assert.equal(registers.get(name)!.toString(16), value.toString(16));
    });
  }

  test("there is no local descriptor table", () => {
    assert.deepEqual(segments.get("LDT"), { selector: 0, base: 0n, limit: 0 });
  });

  test("the local APIC's timer is the kernel's, and does not run while no task waits", () => {
    assert.match(localApic, /^LVTT\s.*one-shot.*\(vec 32\)/m);
    assert.match(localApic, /^Timer\b.*initial_count = 0 current_count = 0/m);
  });

  test("SYSRET has given CS and SS the selectors that IRET will ask for, and the other segments are null", () => {
    const selectors = ["CS", "SS", "DS", "ES", "FS", "GS"].map((name) => segments.get(name)!.selector);
    assert.deepEqual(selectors, [USER_CODE, 0x23, 0, 0, 0, 0]);
    assert.equal(segments.get("GS")!.base, 0n);
  });
});

test("an NMI in the middle of a copy from user memory is an NMI, not a short copy", async () => {
  const kernel = withNmiAtCopy(await kernelFile());
  const request = { programs: ["user/programs/hello.ts"], ready: "Programs, each in an address space", kernel };
  const result = await lookAtLiveMachine(request, () => Promise.resolve());
  assert.equal(result.status, 70, result.console);
  assert.match(result.console, /KERNEL PANIC: non-maskable interrupt/);
  // The kernel's base, which is drawn, is a multiple of 2 MiB.
  const inLargePage = (symbolOffset(kernel, "user_copy") % 0x10_0000n).toString(16).padStart(5, "0");
  assert.match(result.console, new RegExp(`rip +0x[0-9a-f]{11}${inLargePage}\\b`));
});

const STAC = [0x0f, 0x01, 0xcb];
/** Vector 2, as an NMI would be: it leaves RIP where the next instruction is (SDM 2A, INT n). */
const NOP_AND_INT_2 = [0x90, 0xcd, 0x02];

/** The kernel, but on its way to the instruction that copies, an NMI comes. */
function withNmiAtCopy(kernel: Buffer): Buffer {
  const changed = withPrologue(kernel, []);
  const stac = changed.lastIndexOf(Buffer.from(STAC), textOffset(changed) + Number(symbolOffset(kernel, "user_copy")));
  assert.equal(stac + STAC.length, textOffset(changed) + Number(symbolOffset(kernel, "user_copy")));
  changed.set(NOP_AND_INT_2, stac);
  return changed;
}
