import { Worker } from "node:worker_threads";
import { buildEmbeddedKernel, type EmbeddedKernel } from "../../tools/build/embedded.ts";
import { buildLoaderWasm } from "../../tools/build/loader.ts";
import { BadMemorySize, defaultFirmwareMap, type FirmwareMap, ramRanges } from "../firmware/index.ts";
import type { BootObserver, BootRequest, BootResult } from "../machine.ts";
import { refuseNodes } from "../numa.ts";
import type { MachineMessage, MachineOrder } from "./messages.ts";

export interface EmbeddedOptions {
  /** The firmware's memory map; without it one recorded from OVMF, scaled to the request's memory. */
  readonly firmware?: FirmwareMap;
  /** Another kernel than the built one; for tests. */
  readonly kernel?: EmbeddedKernel;
}

const TIMED_OUT_STATUS = 124;
const REFUSED_STATUS = 64;

/**
 * Boots the embedded machine and runs it to its end. It runs in a thread of its own, so that a program without an end can be ended
 * from here.
 */
export async function bootEmbedded(
  request: BootRequest,
  observer: BootObserver,
  options: EmbeddedOptions,
): Promise<BootResult> {
  try {
    const firmware = options.firmware ?? defaultFirmwareMap(request.memoryBytes);
    const refusal = refuseNuma(request.numaNodes, firmware);
    if (refusal !== undefined) return { status: REFUSED_STATUS, message: refusal };
    const [kernel] = await Promise.all([
      options.kernel ?? buildEmbeddedKernel(undefined, request.kernelBuild),
      buildLoaderWasm(),
    ]);
    return await runInThread({ request, kernelWasm: kernel.wasm, kernelElf: kernel.elf, firmware }, observer);
  } catch (error) {
    if (error instanceof BadMemorySize) return { status: error.status, message: error.message };
    throw error;
  }
}

function refuseNuma(nodes: number, firmware: FirmwareMap): string | undefined {
  if (nodes > 1 && firmware.tables?.SRAT !== undefined) return `${nodes} nodes: the firmware map has a SRAT of its own`;
  return refuseNodes(nodes, ramBytes(firmware));
}

function ramBytes(firmware: FirmwareMap): number {
  const installed = firmware.installed ?? ramRanges(firmware);
  return Number(installed.reduce((sum, { start, end }) => sum + end - start, 0n));
}

function runInThread(order: MachineOrder, observer: BootObserver): Promise<BootResult> {
  const worker = new Worker(new URL("./worker.mjs", import.meta.url), { workerData: order });
  return new Promise((resolve, reject) => {
    const seconds = order.request.timeoutSeconds;
    const timer = setTimeout(() => {
      end({ status: TIMED_OUT_STATUS, message: `timed out after ${seconds} s` });
    }, seconds * 1000);
    const end = (result: BootResult) => {
      clearTimeout(timer);
      worker.removeAllListeners("message");
      worker.terminate().then(() => resolve(result), reject);
    };
    worker.on("message", (message: MachineMessage) => {
      if (message.kind === "end") end(message.result);
      else observer[message.kind](message.bytes);
    });
    worker.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
