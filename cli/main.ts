import { Command, CommanderError } from "commander";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../tools/build/assemblyscript.ts";
import { CRASH_KINDS, HIDEABLE_FEATURES } from "../machine/machine.ts";
import { ExitStatus, isExpected, statusOf } from "./exit-status.ts";
import * as values from "./values.ts";

/** Runs the command line and returns the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  process.stdout.on("error", endOnOutputError);
  process.stderr.on("error", () => {}); // nobody is left who could be told
  let status: number = ExitStatus.OK;
  const command = nitros((ended) => (status = ended));
  try {
    await command.parseAsync(args, { from: "user" });
    return status;
  } catch (error) {
    return explain(error);
  }
}

/** `nitros boot | head` is no defect; a full disk is none of ours. */
function endOnOutputError(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(ExitStatus.OK);
  process.stderr.write(`nitros: standard output: ${error.message}\n`);
  process.exit(ExitStatus.USAGE);
}

function explain(error: unknown): number {
  // Commander has said it already; help and version, asked for, are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitStatus.OK : ExitStatus.USAGE;
  const text = isExpected(error) ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`nitros: ${text}\n`);
  return statusOf(error);
}

type Ended = (status: number) => void;

function nitros(ended: Ended): Command {
  const command = new Command("nitros")
    .description("A microkernel memory manager, on an embedded machine and on x86-64 from UEFI")
    .version(version())
    .exitOverride()
    .configureHelp({ sortSubcommands: false })
    .showSuggestionAfterError();
  addBoot(command, ended);
  addTools(command, ended);
  return command;
}

function addBoot(command: Command, ended: Ended): void {
  command
    .command("boot")
    .description("boot a machine and run programs on it")
    .argument("[program...]", "bundled names or paths of TypeScript files (default: a tour)")
    .option("--machine <name>", values.MACHINE_NAMES.join(" or "), values.readMachine, "embedded")
    .option("--memory <size>", "RAM, such as 512M or 4G (default: 512M)", values.readMemory)
    .option("--cpus <n>", "processors", values.readCount, 1)
    .option(
      "--turn <ms>",
      "how long a task keeps a processor that others wait for; 0: as it likes",
      values.readTurn,
      10,
    )
    .option("--patience <ms>", "how long a server may take for pages; 0: as it likes", values.readPatience, 30_000)
    .option("--numa <n>", "memory nodes", values.readCount, 1)
    .option("--seed <n>", "draw every random number from this seed (decimal or 0x…)", values.readSeed)
    .option("--trace <file>", "write every event to this file, one JSON object a line (docs/TRACE.md)")
    .option("--json", "print one JSON document about the boot in place of the console")
    .option("--timeout <seconds>", "end the machine after this time, with status 124", values.readSeconds, 60)
    .option("--no-aslr", "put everything at its lowest address")
    .option("--firmware <file>", "embedded machine: boot with this firmware memory map (docs/FIRMWARE.md)")
    .option(
      "--without <features>",
      `hide features from the kernel: ${HIDEABLE_FEATURES.join(",")}`,
      values.readFeatures,
    )
    .option("--crash <kind>", `make the kernel fault: ${CRASH_KINDS.join(", ")}`, values.readCrash)
    .option(
      "--frames <report>",
      `print what is known of frames: ${values.FRAMES_REPORTS.join(", ")}, or who has the one at p0x101000`,
      values.readFramesReport,
    )
    .option(
      "--maps <format>",
      `print what each task had of memory when it ended, as Linux's ${values.MAPS_FORMATS.join(" or ")}`,
      values.readMapsFormat,
    )
    .option(
      "--quota <limits>",
      "how much a program and its copies may have: hog:frames=100,tables=20,regions=30,handles=8; several times, if wanted",
      values.readQuotas,
    )
    .option("--debug-heap", "a kernel that poisons and watches its own small objects")
    .option("--fail-allocation <n>", "let the n-th allocation of frames find none", values.readCount)
    .action(async (programs, flags) => ended(await (await import("./commands/boot.ts")).boot(programs, flags)));
}

function addTools(command: Command, ended: Ended): void {
  command
    .command("programs")
    .description("list the bundled programs and what each shows")
    .action(async () => ended((await import("./commands/programs.ts")).listPrograms()));
  command
    .command("doctor")
    .description("say which native tools are present, and the command that installs the rest")
    .action(async () => ended((await import("./commands/doctor.ts")).doctor()));
  command
    .command("image")
    .description("make a disk image that boots a UEFI PC, from a USB stick or in QEMU")
    .argument("<file>", "the image to write")
    .argument("[program...]", "bundled names or paths of TypeScript files (default: a tour)")
    .option("--seed <n>", "draw every random number from this seed (decimal or 0x…)", values.readSeed)
    .option("--no-aslr", "put everything at its lowest address")
    .action(async (file, programs, flags) =>
      ended(await (await import("./commands/image.ts")).makeImage(file, programs, flags)),
    );
  command
    .command("bench")
    .description("measure")
    .argument("[name...]", "what to measure (default: everything)")
    .option("--machine <name>", `${values.BENCH_MACHINE_NAMES.join(", ")} (default: all)`, values.readBenchMachine)
    .option("--json", "print one JSON document")
    .action(async (names, flags) => ended(await (await import("./commands/bench.ts")).bench(names, flags)));
}

function version(): string {
  return (JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { version: string }).version;
}
