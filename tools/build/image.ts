import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { requireNativeTools } from "../native-tools.ts";

/** What the boot partition holds (platform/CONTRACT.md, "The boot partition"). */
export interface BootFiles {
  /** The kernel's ELF file. */
  readonly kernel: Uint8Array;
  /** BOOTX64.EFI. */
  readonly loader: Uint8Array;
  /** boot.cfg, as `composeBootConfig` writes it. */
  readonly config: string;
  readonly programs: readonly { readonly name: string; readonly image: Uint8Array }[];
}

/** Two programs of one name, but not of one image: the partition has room for one. */
export class ProgramNameClash extends Error {
  override readonly name = "ProgramNameClash";
  constructor(readonly programName: string) {
    super(`two different programs are called ${JSON.stringify(programName)}`);
  }
}

/** A tool that makes the image failed; the message has its own words. */
export class ImageToolFailed extends Error {
  override readonly name = "ImageToolFailed";
}

/** The paths and contents of all files on the boot partition; also the disk of the modelled firmware. */
export function bootPartition(files: Omit<BootFiles, "loader">): Map<string, Uint8Array> {
  const disk = new Map<string, Uint8Array>([
    ["\\nitros\\kernel.elf", files.kernel],
    ["\\nitros\\boot.cfg", new TextEncoder().encode(files.config)],
  ]);
  for (const { name, image } of files.programs) {
    const path = `\\nitros\\programs\\${name}.elf`;
    const earlier = disk.get(path);
    if (earlier !== undefined && Buffer.compare(earlier, image) !== 0) throw new ProgramNameClash(name);
    disk.set(path, image);
  }
  return disk;
}

const SECTOR_BYTES = 512;
const MEBIBYTE = 1 << 20;
/** The partition begins where every tool puts it; as much is left behind it for the second copy of the table. */
const PARTITION_START_BYTES = MEBIBYTE;
/** FAT32 wants 65525 clusters at least (UEFI 2.10 §13.3 asks for FAT32 on fixed disks), here of one sector each. */
const SMALLEST_PARTITION_BYTES = 40 * MEBIBYTE;
/** EFI system partition (UEFI 2.10 §5.3.3), and identifiers of no meaning that make equal files give equal images. */
const SYSTEM_PARTITION_TYPE = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";
const DISK_ID = "4E495452-4F53-4D45-8D4F-525900000001";
const PARTITION_ID = "4E495452-4F53-4D45-8D4F-525900000002";
const VOLUME_SERIAL = "4e495452";

/**
 * Writes a disk image to `file`: GPT with one EFI system partition, FAT32. It boots in QEMU with OVMF, and, written to a USB stick,
 * on a PC.
 */
export async function buildBootImage(files: BootFiles, file: string): Promise<void> {
  const tools = requireNativeTools("sfdisk", "mformat", "mcopy");
  const disk = bootPartition(files).set("\\EFI\\BOOT\\BOOTX64.EFI", files.loader);
  const partitionBytes = partitionSize(disk);
  const staging = await mkdtemp(join(tmpdir(), "nitros-image-"));
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.draft`;
  try {
    await stageFiles(disk, join(staging, "files"));
    await makeDisk(tools, draft, partitionBytes);
    await fillPartition(tools, draft, join(staging, "files"), partitionBytes);
    await rename(draft, file);
  } finally {
    await rm(staging, { recursive: true, force: true });
    await rm(draft, { force: true });
  }
}

/** Room for the files, the two FATs (8 bytes a cluster of 512) and folders, in whole MiB. */
function partitionSize(disk: ReadonlyMap<string, Uint8Array>): number {
  let needed = 4 * MEBIBYTE;
  for (const bytes of disk.values()) needed += Math.ceil(bytes.length / SECTOR_BYTES) * (SECTOR_BYTES + 8);
  return Math.max(SMALLEST_PARTITION_BYTES, Math.ceil(needed / MEBIBYTE) * MEBIBYTE);
}

async function stageFiles(disk: ReadonlyMap<string, Uint8Array>, folder: string): Promise<void> {
  for (const [path, bytes] of disk) {
    const staged = join(folder, ...path.split("\\"));
    await mkdir(dirname(staged), { recursive: true });
    await writeFile(staged, bytes);
  }
}

async function makeDisk(tools: { readonly sfdisk: string }, disk: string, partitionBytes: number): Promise<void> {
  await writeFile(disk, "");
  await truncate(disk, PARTITION_START_BYTES + partitionBytes + MEBIBYTE);
  const start = PARTITION_START_BYTES / SECTOR_BYTES;
  const size = partitionBytes / SECTOR_BYTES;
  const script = [
    "label: gpt",
    `label-id: ${DISK_ID}`,
    `start=${start}, size=${size}, type=${SYSTEM_PARTITION_TYPE}, uuid=${PARTITION_ID}, name="NitrOS boot"`,
  ];
  await runWithInput(tools.sfdisk, ["--quiet", "--no-reread", "--no-tell-kernel", disk], script.join("\n") + "\n");
}

async function fillPartition(
  tools: { readonly mformat: string; readonly mcopy: string },
  disk: string,
  folder: string,
  partitionBytes: number,
): Promise<void> {
  const partition = `${disk}@@${PARTITION_START_BYTES}`;
  const geometry = ["-T", String(partitionBytes / SECTOR_BYTES), "-h", "64", "-s", "32", "-c", "1"];
  await run(tools.mformat, ["-i", partition, "-F", ...geometry, "-N", VOLUME_SERIAL, "-v", "NITROS", "::"]);
  const entries = (await readdir(folder)).sort().map((name) => join(folder, name));
  await run(tools.mcopy, ["-i", partition, "-s", "-Q", ...entries, "::"]);
}

async function run(tool: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(tool, args);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new ImageToolFailed(`${tool} failed: ${(stderr ?? message).trim()}`);
  }
}

async function runWithInput(tool: string, args: readonly string[], input: string): Promise<void> {
  const child = spawn(tool, args, { stdio: ["pipe", "ignore", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  child.stdin.end(input);
  const status = await new Promise<number | null>((done, failed) => child.on("error", failed).on("close", done));
  if (status !== 0) throw new ImageToolFailed(`${tool} failed with status ${status}: ${complaint.trim()}`);
}
