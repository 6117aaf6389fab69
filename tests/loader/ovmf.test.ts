import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { buildBootImage } from "../../tools/build/image.ts";
import { buildLoaderEfi } from "../../tools/build/loader.ts";
import { requireNativeTools } from "../../tools/native-tools.ts";
import { LARGE_PAGE } from "./support/boot.ts";
import { dynamicSection, PF, writeElf, X86_MACHINE } from "./support/elf.ts";

/** The boot agent as an EFI application, under OVMF in QEMU, with a kernel of a few instructions that checks what it was given. */

/** What isa-debug-exit makes of the 0x21 (all well) or 0x33 that the kernel writes, and of the agent's exit statuses. */
const qemuStatus = (value: number): number => (value << 1) | 1;
const ALL_WELL = 0x21;

/** Bootinfo arrives in RDI; jumps that are taken lead to `mov eax, 0x33`. */
const kernelCode = Buffer.from(
  [
    ...["488b07", "48b94e495452424f4f54", "4839c8", "7536"], // [rdi] is "NITRBOOT", by the firmware's own mapping
    ...["488b4758", "4801f8", "488b00", "4839c8", "7527"], // and so it is at directMapVirtual + rdi
    ...["4c8b4730", "4d8b8800014000", "4983c010", "4d39c1", "7513"], // the word at data + 0x100 is kernelVirtual + 0x10
    ...["0f20d8", "483b8790000000", "7507"], // CR3 is loaderTables
    ...["b821000000", "eb05", "b833000000", "baf4000000", "ef", "f4"], // out 0xf4
  ].join(""),
  "hex",
);

function checkingKernel(): Uint8Array {
  const data = 2 * LARGE_PAGE;
  const dynamic = dynamicSection(data, [{ target: data + 0x100, addend: 0x10 }]);
  return writeElf({
    machine: X86_MACHINE,
    entry: 0x10,
    segments: [
      { flags: PF.R | PF.X, virtual: 0, bytes: Buffer.concat([Buffer.alloc(16), kernelCode]) },
      { flags: PF.R, virtual: LARGE_PAGE, bytes: new Uint8Array(100) },
      { flags: PF.R | PF.W, virtual: data, bytes: dynamic, memoryBytes: 3 * LARGE_PAGE },
      { flags: PF.R | PF.W, virtual: data, bytes: new Uint8Array(0), memoryBytes: 64, type: 2 },
    ],
  });
}

interface Ending {
  readonly status: number | "timed out";
  readonly lines: readonly string[];
}

async function bootUnderOvmf(config: string, memory: string): Promise<Ending> {
  const tools = requireNativeTools("qemu-system-x86_64", "OVMF code", "OVMF variables");
  const folder = mkdtempSync(join(tmpdir(), "nitros-ovmf-"));
  try {
    const disk = join(folder, "disk.img");
    const variables = join(folder, "variables.fd");
    copyFileSync(tools["OVMF variables"], variables);
    const loader = readFileSync(await buildLoaderEfi());
    await buildBootImage({ kernel: checkingKernel(), loader, config, programs: [] }, disk);
    return await runQemu(tools["qemu-system-x86_64"], [
      ...["-machine", "q35", "-cpu", "max", "-accel", "tcg", "-m", memory, "-nodefaults", "-display", "none"],
      ...["-drive", `if=pflash,format=raw,readonly=on,file=${tools["OVMF code"]}`],
      ...["-drive", `if=pflash,format=raw,file=${variables}`, "-drive", `format=raw,file=${disk}`],
      ...["-serial", "stdio", "-no-reboot", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"],
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runQemu(qemu: string, args: readonly string[]): Promise<Ending> {
  return new Promise((resolve) => {
    execFile(qemu, args, { timeout: 90_000 }, (error, stdout) => {
      const status = typeof error?.code === "number" ? error.code : error === null ? 0 : "timed out";
      resolve({ status, lines: stdout.split(/\r?\n/).filter((line) => line.startsWith("boot agent")) });
    });
  });
}

test("the kernel gets what the contract says, with RAM above 4 GiB too", async () => {
  const { status, lines } = await bootUnderOvmf("seed=0x12\n", "5G");
  assert.equal(status, qemuStatus(ALL_WELL), lines.join("\n"));
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /^boot agent: kernel at 0xffff8[0-9a-f]+ \(physical 0x[0-9a-f]+\), direct map at 0xffff[ab]/);
});

test("a bad boot.cfg is one line on the console and status 64", async () => {
  const { status, lines } = await bootUnderOvmf("seed=0x12\nbogus=1\n", "256M");
  assert.equal(status, qemuStatus(64));
  assert.deepEqual(lines, ['boot agent error: UnknownConfigKey: boot.cfg line 2 has the unknown key "bogus"']);
});
