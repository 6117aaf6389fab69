import type { FirmwareMap } from "../machine/firmware/types.ts";
import type { BootObserver, BootRequest, BootResult } from "../machine/machine.ts";
import type { MachineName } from "./values.ts";

/** A machine as the command uses it. Loaded on demand: a boot of one machine does not pay for the other's code. */
export interface Machine {
  buildProgram(source: string): Promise<Uint8Array>;
  boot(request: BootRequest, observer: BootObserver, extras: BootExtras): Promise<BootResult>;
}

/** What only one of the machines can do. */
export interface BootExtras {
  /** Embedded machine: a firmware memory map to boot with (docs/FIRMWARE.md). */
  readonly firmware?: FirmwareMap | undefined;
}

export async function loadMachine(name: MachineName): Promise<Machine> {
  return name === "embedded" ? loadEmbedded() : loadQemu();
}

async function loadEmbedded(): Promise<Machine> {
  const [{ buildEmbeddedProgram }, { bootEmbedded }] = await Promise.all([
    import("../tools/build/embedded.ts"),
    import("../machine/embedded/index.ts"),
  ]);
  return {
    buildProgram: buildEmbeddedProgram,
    boot: (request, observer, { firmware }) =>
      bootEmbedded(request, observer, firmware === undefined ? {} : { firmware }),
  };
}

/** Reads a firmware memory map for the embedded machine. */
export async function readFirmware(file: string): Promise<FirmwareMap> {
  return (await import("../machine/firmware/index.ts")).readFirmwareFile(file);
}

async function loadQemu(): Promise<Machine> {
  const [{ requireMetalTools }, { buildMetalProgram }, { bootQemu }] = await Promise.all([
    import("../tools/native-tools.ts"),
    import("../tools/build/metal.ts"),
    import("../machine/qemu/index.ts"),
  ]);
  requireMetalTools();
  return { buildProgram: buildMetalProgram, boot: (request, observer) => bootQemu(request, observer, {}) };
}
