import { readFileSync } from "node:fs";
import { composeBootConfig } from "../boot-config.ts";
import { ramRanges, runBootAgent } from "../firmware/index.ts";
import type { BootObserver, BootRequest } from "../machine.ts";
import type { MachineOrder } from "./messages.ts";
import type { MachineParts } from "./run.ts";

/** What the machine that `order` asks for is made of. */
export function partsOf(order: MachineOrder, observer: BootObserver): MachineParts {
  const { cpus, numaNodes, without, seed } = order.request;
  return {
    kernelWasm: readFileSync(order.kernelWasm),
    ram: ramRanges(order.firmware),
    without,
    cpus,
    seed,
    bootAgent: (host, options) =>
      runBootAgent(host, bootDisk(order.request, readFileSync(order.kernelElf)), order.firmware, {
        ...options,
        cpus,
        numaNodes,
      }),
    observer,
  };
}

/** The boot partition's files by path (platform/CONTRACT.md, "The boot partition"). */
function bootDisk(request: BootRequest, kernel: Uint8Array): Map<string, Uint8Array> {
  const disk = new Map<string, Uint8Array>([
    ["\\nitros\\boot.cfg", new TextEncoder().encode(composeBootConfig(request))],
    ["\\nitros\\kernel.elf", kernel],
  ]);
  for (const { name, image } of request.programs) disk.set(`\\nitros\\programs\\${name}.elf`, image);
  return disk;
}
