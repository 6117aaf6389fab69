/**
 * Records the memory map of OVMF in QEMU into recorded-ovmf.json: `npx tsx machine/firmware/record.ts [FILE]`. Needs the native tools
 * of metal. Nothing else ever runs this.
 */
import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildBootImage } from "../../tools/build/image.ts";
import { buildMapRecorderEfi } from "../../tools/build/loader.ts";
import { requireNativeTools } from "../../tools/native-tools.ts";
import { RECORDED_MEMORY_BYTES, recordedMapFile } from "./default-map.ts";
import { formatFirmwareMap } from "./map-file.ts";
import { type FirmwareDescriptor, type FirmwareMap, MemoryType } from "./types.ts";

/** The firmware's text had no map in it. */
class NothingRecorded extends Error {
  override readonly name = "NothingRecorded";
}

async function record(): Promise<void> {
  const output = await runRecorder();
  const version = /version \S+/.exec(
    (await promisify(execFile)(requireNativeTools("qemu-system-x86_64")["qemu-system-x86_64"], ["--version"])).stdout,
  );
  const map = parseRecording(output);
  const description = `OVMF in QEMU (${version?.[0] ?? "unknown"}), q35, ${RECORDED_MEMORY_BYTES >> 20} MiB, before the boot agent allocates`;
  writeFileSync(process.argv[2] ?? recordedMapFile, formatFirmwareMap(map, description));
}

/** What OVMF and the recorder print on the serial port. The recorder ends QEMU with `0 << 1 | 1`. */
async function runRecorder(): Promise<string> {
  const tools = requireNativeTools("qemu-system-x86_64", "OVMF code", "OVMF variables");
  const folder = mkdtempSync(join(tmpdir(), "nitros-record-"));
  try {
    const disk = join(folder, "disk.img");
    const variables = join(folder, "variables.fd");
    copyFileSync(tools["OVMF variables"], variables);
    const loader = readFileSync(await buildMapRecorderEfi());
    await buildBootImage({ kernel: new Uint8Array(0), loader, config: "", programs: [] }, disk);
    const args = qemuArguments(tools["OVMF code"], variables, disk);
    const run = promisify(execFile)(tools["qemu-system-x86_64"], args, { timeout: 120_000, maxBuffer: 1 << 24 });
    return await run.then(
      ({ stdout }) => stdout,
      (error: { code?: number; stdout?: string }) =>
        error.code === 1 ? (error.stdout ?? "") : Promise.reject(error as Error),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function qemuArguments(code: string, variables: string, disk: string): string[] {
  return [
    ...["-machine", "q35", "-cpu", "max", "-accel", "tcg", "-m", `${RECORDED_MEMORY_BYTES >> 20}M`],
    ...["-drive", `if=pflash,format=raw,readonly=on,file=${code}`, "-drive", `if=pflash,format=raw,file=${variables}`],
    ...["-drive", `format=raw,file=${disk}`, "-nodefaults", "-vga", "std", "-display", "none", "-no-reboot"],
    ...["-serial", "stdio", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"],
  ];
}

/** The lines that `loader/record.ts` prints. What the recorder itself allocated was free before. */
function parseRecording(output: string): FirmwareMap {
  const stride = /^stride (0x[0-9a-f]+)\r?$/m.exec(output)?.[1];
  const descriptors: FirmwareDescriptor[] = [];
  for (const line of output.matchAll(/^descriptor (0x[0-9a-f]+) (0x[0-9a-f]+) (0x[0-9a-f]+) (0x[0-9a-f]+)\r?$/gm)) {
    const [type, physicalStart, pageCount, attribute] = line.slice(1, 5).map(BigInt) as [
      bigint,
      bigint,
      bigint,
      bigint,
    ];
    const isRecorder = Number(type) === MemoryType.LOADER_DATA;
    descriptors.push({
      type: isRecorder ? MemoryType.CONVENTIONAL : Number(type),
      physicalStart,
      pageCount,
      attribute,
    });
  }
  if (stride === undefined || descriptors.length === 0) throw new NothingRecorded(`no memory map in:\n${output}`);
  return { stride: Number(stride), allocations: "carved", descriptors };
}

await record();
