import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBootImage } from "../../tools/build/image.ts";
import { buildLoaderEfi } from "../../tools/build/loader.ts";
import { buildMetalKernel } from "../../tools/build/metal.ts";
import { requireNativeTools } from "../../tools/native-tools.ts";
import { composeBootConfig } from "../boot-config.ts";
import { atProcessEnd } from "../process-end.ts";
import type { BootObserver, BootRequest, BootResult } from "../machine.ts";
import type { Clocking, QemuFiles } from "./command-line.ts";
import { runQemu } from "./run.ts";
import type { QemuMonitor } from "./monitor.ts";

export interface QemuOptions {
  /** "by-instructions" makes the guest's clock count its instructions (-icount), TICKS_AN_INSTRUCTION each. Default: "free". */
  readonly clocking?: Clocking;
  /** Called with a monitor once QEMU runs; for tests and tools that look in from outside. */
  readonly withMonitor?: (monitor: QemuMonitor) => Promise<void>;
  /** The kernel's ELF file; without it the kernel is built. */
  readonly kernel?: Uint8Array;
}

/**
 * Boots a real (emulated) PC: OVMF, the boot agent from a disk image, the native kernel. Builds what it needs. Throws ToolMissing
 * when a native tool is not there.
 */
export async function bootQemu(
  request: BootRequest,
  observer: BootObserver,
  options: QemuOptions,
): Promise<BootResult> {
  const tools = requireNativeTools("qemu-system-x86_64", "OVMF code", "OVMF variables");
  const folder = mkdtempSync(join(tmpdir(), "nitros-qemu-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const forget = atProcessEnd(remove);
  try {
    const files: QemuFiles = {
      firmwareCode: tools["OVMF code"],
      firmwareVariables: join(folder, "variables.fd"),
      disk: join(folder, "boot.img"),
      records: join(folder, "records"),
      monitor: options.withMonitor === undefined ? undefined : join(folder, "monitor"),
    };
    copyFileSync(tools["OVMF variables"], files.firmwareVariables);
    await buildBootImage(await bootFiles(request, options), files.disk);
    return await runQemu({ qemu: tools["qemu-system-x86_64"], request, observer, files, ...options });
  } finally {
    forget();
    remove();
  }
}

async function bootFiles(request: BootRequest, options: QemuOptions) {
  const kernel = options.kernel ?? readFileSync(await buildMetalKernel(request.kernelBuild));
  const loader = readFileSync(await buildLoaderEfi());
  return { kernel, loader, config: composeBootConfig(request), programs: request.programs };
}
