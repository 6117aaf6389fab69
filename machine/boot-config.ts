import type { BootRequest } from "./machine.ts";

/** What of a request `boot.cfg` carries; the rest is the machine's own affair. */
export type BootConfig = Pick<
  BootRequest,
  | "seed"
  | "aslr"
  | "colour"
  | "trace"
  | "cpus"
  | "turnMilliseconds"
  | "patienceMilliseconds"
  | "crash"
  | "failAllocation"
  | "frames"
> & {
  readonly programs: readonly { readonly name: string }[];
};

/** As `loader/config.ts` reads it: what a FAT file name takes, less anything that could leave the folder. */
const PROGRAM_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,46}$/;

/** The name cannot be that of a file in `\nitros\programs`. */
export class BadProgramName extends Error {
  override readonly name = "BadProgramName";
  constructor(readonly programName: string) {
    super(
      `program name ${JSON.stringify(programName)}: want 1 to 47 letters, digits, ".", "_" or "-", and a letter or digit first`,
    );
  }
}

/** `boot.cfg` for a request (platform/CONTRACT.md, "The boot partition"). */
export function composeBootConfig(request: BootConfig): string {
  const lines = ["# Written by nitros; platform/CONTRACT.md says what each line means."];
  if (request.seed !== undefined) lines.push(`seed=0x${BigInt.asUintN(64, request.seed).toString(16)}`);
  lines.push(`aslr=${onOff(request.aslr)}`, `colour=${onOff(request.colour)}`, `trace=${onOff(request.trace)}`);
  lines.push(`cpus=${request.cpus}`);
  if (request.turnMilliseconds !== undefined) lines.push(`turn=${request.turnMilliseconds}`);
  if (request.patienceMilliseconds !== undefined) lines.push(`patience=${request.patienceMilliseconds}`);
  if (request.crash !== undefined) lines.push(`crash=${request.crash}`);
  if (request.frames) lines.push("frames=on");
  if (request.failAllocation !== undefined) lines.push(`fail-allocation=${request.failAllocation}`);
  for (const { name } of request.programs) lines.push(`program=${checkedName(name)}`);
  return lines.join("\n") + "\n";
}

function onOff(value: boolean): string {
  return value ? "on" : "off";
}

function checkedName(name: string): string {
  if (!PROGRAM_NAME.test(name)) throw new BadProgramName(name);
  return name;
}
