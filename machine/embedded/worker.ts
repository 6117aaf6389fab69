import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { composeBootConfig } from "../boot-config.ts";
import { ramRanges, runBootAgent } from "../firmware/index.ts";
import type { BootRequest } from "../machine.ts";
import type { MachineMessage, MachineOrder } from "./messages.ts";
import { runMachine } from "./run.ts";

/** Runs the machine that `workerData` orders, and posts what it says as it says it. */
const port = parentPort;
if (port === null) throw new Error("worker.ts runs in a worker thread only");

function post(message: MachineMessage): void {
  port!.postMessage(message, message.kind === "end" ? [] : [message.bytes.buffer as ArrayBuffer]);
}

const order = workerData as MachineOrder;
const map = order.firmware;
const result = runMachine({
  kernelWasm: readFileSync(order.kernelWasm),
  ram: ramRanges(map),
  without: order.request.without,
  cpus: order.request.cpus,
  seed: order.request.seed,
  bootAgent: (host, options) => {
    const { cpus, numaNodes } = order.request;
    return runBootAgent(host, bootDisk(order.request, readFileSync(order.kernelElf)), map, {
      ...options,
      cpus,
      numaNodes,
    });
  },
  observer: {
    console: (bytes) => post({ kind: "console", bytes }),
    records: (bytes) => post({ kind: "records", bytes }),
  },
});
post({ kind: "end", result });

/** The boot partition's files by path (platform/CONTRACT.md, "The boot partition"). */
function bootDisk(request: BootRequest, kernel: Uint8Array): Map<string, Uint8Array> {
  const disk = new Map<string, Uint8Array>([
    ["\\nitros\\boot.cfg", new TextEncoder().encode(composeBootConfig(request))],
    ["\\nitros\\kernel.elf", kernel],
  ]);
  for (const { name, image } of request.programs) disk.set(`\\nitros\\programs\\${name}.elf`, image);
  return disk;
}
