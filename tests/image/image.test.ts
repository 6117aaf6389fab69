import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type BootFiles, buildBootImage, ProgramNameClash } from "../../tools/build/image.ts";
import { requireNativeTools } from "../../tools/native-tools.ts";

const PARTITION = "@@1048576";
const files: BootFiles = {
  kernel: Uint8Array.from({ length: 100_000 }, (_, index) => index * 31),
  loader: Uint8Array.from({ length: 7000 }, (_, index) => index * 17),
  config: "aslr=on\nprogram=hello\n",
  programs: [
    { name: "hello", image: new Uint8Array(70_000).fill(1) },
    { name: "a-program-with-a-long.name_47", image: new Uint8Array([1, 2, 3]) },
    { name: "hello", image: new Uint8Array(70_000).fill(1) },
  ],
};

let folder: string;
let image: string;
const tools = requireNativeTools("sfdisk", "mcopy");

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "nitros-image-test-"));
  image = join(folder, "boot.img");
  await buildBootImage(files, image);
});

after(() => {
  rmSync(folder, { recursive: true });
});

function readBack(file: string, path: string): Uint8Array {
  return execFileSync(tools.mcopy, ["-i", `${file}${PARTITION}`, `::${path}`, "-"], { maxBuffer: 1 << 26 });
}

test("sfdisk finds a GPT without errors, with one EFI system partition", () => {
  const verified = execFileSync(tools.sfdisk, ["--verify", image], { encoding: "utf8" });
  assert.match(verified, /No errors detected/);
  const { partitiontable } = JSON.parse(execFileSync(tools.sfdisk, ["--json", image], { encoding: "utf8" })) as {
    partitiontable: { label: string; partitions: { start: number; size: number; type: string }[] };
  };
  assert.equal(partitiontable.label, "gpt");
  const [partition, ...others] = partitiontable.partitions;
  assert.deepEqual(others, []);
  assert.equal(partition!.type, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B");
  assert.equal(partition!.start * 512, 1 << 20);
});

test("the partition is FAT32 as its boot sector has it", () => {
  const sector = readFileSync(image).subarray(1 << 20, (1 << 20) + 512);
  assert.equal(sector.readUInt16LE(510), 0xaa55);
  assert.equal(sector.subarray(82, 90).toString(), "FAT32   ");
  const clusters = (sector.readUInt32LE(32) - sector.readUInt16LE(14) - 2 * sector.readUInt32LE(36)) / sector[13]!;
  assert.ok(clusters >= 65525, `${clusters} clusters`);
});

test("the files are there, whole", () => {
  assert.deepEqual(readBack(image, "/EFI/BOOT/BOOTX64.EFI"), Buffer.from(files.loader));
  assert.deepEqual(readBack(image, "/nitros/kernel.elf"), Buffer.from(files.kernel));
  assert.equal(Buffer.from(readBack(image, "/nitros/boot.cfg")).toString(), files.config);
  for (const { name, image: bytes } of files.programs) {
    assert.deepEqual(readBack(image, `/nitros/programs/${name}.elf`), Buffer.from(bytes));
  }
});

test("a large payload makes a larger partition; nothing is left beside the image", async () => {
  const large = join(folder, "large.img");
  const kernel = new Uint8Array(60 << 20).fill(7);
  await buildBootImage({ ...files, kernel }, large);
  assert.equal(Buffer.compare(readBack(large, "/nitros/kernel.elf"), kernel), 0);
  rmSync(large);
  assert.deepEqual(readdirSync(folder), ["boot.img"]);
});

test("two different programs of one name are refused", async () => {
  const programs = [files.programs[0]!, { name: "hello", image: new Uint8Array(1) }];
  await assert.rejects(buildBootImage({ ...files, programs }, join(folder, "clash.img")), ProgramNameClash);
});
