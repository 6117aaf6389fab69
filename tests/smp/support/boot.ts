import { readFileSync } from "node:fs";
import { loadMachine, type Machine } from "../../../cli/machines.ts";
import type { MachineName } from "../../../cli/values.ts";
import { bootEmbedded } from "../../../machine/embedded/index.ts";
import { bootQemu } from "../../../machine/qemu/index.ts";
import { buildEmbeddedKernel } from "../../../tools/build/embedded.ts";
import { buildMeasuredKernel } from "../../../tools/build/metal.ts";
import { type Booted, bootPrograms, type Wishes } from "../../support/boot.ts";

/** Boots two CPUs with the kernel of tests/smp/kernel and a program of tests/smp/programs. */
export async function bootTestKernel(machine: MachineName, program: string, wishes: Wishes = {}): Promise<Booted> {
  const { buildProgram } = await loadMachine(machine);
  const boot = machine === "embedded" ? await embeddedBoot() : await qemuBoot();
  const sources = [`tests/smp/programs/${program}.ts`];
  return bootPrograms(machine, sources, { cpus: 2, frames: true, ...wishes }, { buildProgram, boot });
}

async function embeddedBoot(): Promise<Machine["boot"]> {
  const kernel = await buildEmbeddedKernel("tests/smp/kernel/embedded-entry.ts");
  return (request, observer) => bootEmbedded(request, observer, { kernel });
}

async function qemuBoot(): Promise<Machine["boot"]> {
  const kernel = readFileSync(await buildMeasuredKernel({ entry: "tests/smp/kernel/kernel-entry.ts", steps: "usual" }));
  return (request, observer) => bootQemu(request, observer, { kernel });
}
