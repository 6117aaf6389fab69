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
  readonly firmwareFile?: string | undefined;
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
    async boot(request, observer, { firmwareFile }) {
      if (firmwareFile === undefined) return bootEmbedded(request, observer, {});
      const { readFirmwareFile } = await import("../machine/firmware/index.ts");
      return bootEmbedded(request, observer, { firmware: readFirmwareFile(firmwareFile) });
    },
  };
}

async function loadQemu(): Promise<Machine> {
  const [{ buildMetalProgram }, { bootQemu }] = await Promise.all([
    import("../tools/build/metal.ts"),
    import("../machine/qemu/index.ts"),
  ]);
  return { buildProgram: buildMetalProgram, boot: (request, observer) => bootQemu(request, observer, {}) };
}
