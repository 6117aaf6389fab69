import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "../../tools/build/assemblyscript.ts";
import { requireNativeTools } from "../../tools/native-tools.ts";
import { readBenchLines } from "../lines.ts";
import type { MeasuringProgram } from "../measured-program.ts";
import { tellApartAll, type Instructions } from "../net.ts";
import { writeCpio } from "./cpio.ts";

/**
 * The peer of `nitros bench spaces` and `nitros bench syscalls`: Debian's Linux in the same QEMU, whose only process is `spaces.c` or
 * `syscalls.c`. Linux zeroes pages by REP STOSB where the processor says that it is fast (ERMS), else by REP STOSQ.
 */
const HANG_MILLISECONDS = 600_000;
const DIRECTORY = 0o040755;
const DEVICE = 0o020600;
const PROGRAM = 0o100755;
/** A comparison with as little beside memory management as flags can take away. */
const COMMAND_LINE =
  "console=ttyS0 quiet panic=-1 rdinit=/init nokaslr mitigations=off cgroup_disable=memory init_on_alloc=0";

/** How Linux zeroes pages. */
export type Zeroing = "words" | "bytes";

/** `kernel`: the path of its bzImage. */
export async function linuxInstructions(kernel: string, program: MeasuringProgram): Promise<Map<string, Instructions>> {
  return tellApartAll(await linuxTicks(kernel, program, "words"), await linuxTicks(kernel, program, "bytes"));
}

/** The same with the steps of zeroing and copying. */
export async function linuxTicks(
  kernel: string,
  program: MeasuringProgram,
  zeroing: Zeroing,
): Promise<Map<string, number>> {
  process.stderr.write(`measuring: Linux in qemu, ${program}, zeroing by ${zeroing}…\n`);
  const folder = mkdtempSync(join(tmpdir(), "nitros-linux-"));
  try {
    return await measured(kernel, await rootArchive(folder, program), zeroing);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function rootArchive(folder: string, program: MeasuringProgram): Promise<string> {
  const archive = join(folder, "root.cpio");
  const contents = readFileSync(await compileInit(folder, program));
  const files = [
    { path: "dev", mode: DIRECTORY },
    { path: "dev/console", mode: DEVICE, device: { major: 5, minor: 1 } },
    { path: "init", mode: PROGRAM, contents },
  ];
  writeFileSync(archive, writeCpio(files));
  return archive;
}

async function compileInit(folder: string, program: MeasuringProgram): Promise<string> {
  const { clang } = requireNativeTools("clang", "ld.lld");
  const output = join(folder, "init");
  const flags = ["--target=x86_64-linux-gnu", "-std=gnu11", "-O2", "-Wall", "-Werror", "-fuse-ld=lld"];
  const bare = ["-ffreestanding", "-nostdlib", "-static", "-fno-pie", "-fno-stack-protector", "-mgeneral-regs-only"];
  const source = join(projectRoot, `bench/linux/${program}.c`);
  await promisify(execFile)(clang, [...flags, ...bare, source, "-o", output]);
  return output;
}

async function measured(kernel: string, root: string, zeroing: Zeroing): Promise<Map<string, number>> {
  const tools = requireNativeTools("qemu-system-x86_64");
  const args = [
    ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio"],
    ...["-machine", "q35", "-cpu", zeroing === "words" ? "max,erms=off" : "max", "-m", "1G"],
    ...["-accel", "tcg,thread=single", "-icount", "shift=0"],
    ...["-kernel", kernel, "-initrd", root, "-append", COMMAND_LINE],
  ];
  const { stdout } = await promisify(execFile)(tools["qemu-system-x86_64"], args, { timeout: HANG_MILLISECONDS });
  if (!stdout.includes("the end")) throw new Error(`Linux did not measure to the end:\n${stdout}`);
  return readBenchLines(stdout);
}
