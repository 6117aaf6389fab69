import { basename } from "node:path";
import { loadMachine, type Machine } from "../../cli/machines.ts";
import type { MachineName } from "../../cli/values.ts";
import type { Program } from "../../machine/machine.ts";
import { manifestNote, parseManifest } from "../../tools/build/manifest.ts";
import { withNote } from "../../tools/build/notes.ts";
import { withQuota, type Quota } from "../../tools/build/quota.ts";
import { bootPrograms, type Booted, type Wishes } from "../support/boot.ts";

/** The boots in which programs of tests/syscalls/programs provoke all errors: as few as may be. */

const OWN = "tests/syscalls/programs";
const MODULE = { version: 1, start: "on-demand" };

/** More images of the program that only waits, by the name of a program, with what their manifests say. */
type Extras = Readonly<Record<string, object>>;

interface Boot {
  readonly names: readonly string[];
  readonly extras: Extras;
  readonly quotas: Readonly<Record<string, Quota>>;
  readonly wishes: Wishes;
}

/** As many modules as the zone has slots. */
const FILLERS: Extras = Object.fromEntries(
  Array.from({ length: 32 }, (_, index) => `filler-${index + 1}`).map((name) => [name, { ...MODULE, name }]),
);

const BOOTS: readonly Boot[] = [
  {
    names: ["memory", "ports", "objects", "shortage", "devices", "caching", "modules"].map(
      (what) => `errors-of-${what}`,
    ),
    extras: {
      filler: {},
      newer: { ...MODULE, name: "errors-of-modules", version: 2 },
      unsound: {
        ...{ name: "unsound", version: 1, capabilities: ["devices"] },
        devices: [{ physical: 0x10_0000, bytes: 4096, caching: "uncached", access: "read" }],
      },
      ...FILLERS,
    },
    quotas: { "errors-of-shortage": { frames: 250, tables: 60, regions: 100, handles: 12 } },
    wishes: {},
  },
  {
    names: ["spinner", "errors-of-cpus", "errors-of-exhaustion"],
    extras: { "spinner-2": { ...MODULE, name: "spinner", version: 2 } },
    quotas: {},
    wishes: { cpus: 2, memoryBytes: 64 * 2 ** 20 },
  },
];

/** What its extras count as is theirs, and not whoever's who starts them. */
const QUOTA_OF_EXTRAS: Quota = { regions: 40 };

/** All of them, one after the other. */
export async function bootAll(machine: MachineName): Promise<Booted[]> {
  const booted: Booted[] = [];
  for (const boot of BOOTS) booted.push(await bootOne(machine, boot));
  return booted;
}

async function bootOne(machine: MachineName, { names, extras, quotas, wishes }: Boot): Promise<Booted> {
  const usual = await loadMachine(machine);
  const more = await imagesOf(usual, extras);
  const sources = names.map((name) => `${OWN}/${name}.ts`);
  return bootPrograms(
    machine,
    sources,
    { trace: false, ...wishes },
    {
      buildProgram: async (source) =>
        withQuota(await usual.buildProgram(source), quotas[basename(source, ".ts")] ?? {}),
      boot: (request, observer, choices) =>
        usual.boot({ ...request, programs: [...request.programs, ...more] }, observer, choices),
    },
  );
}

async function imagesOf({ buildProgram }: Machine, extras: Extras): Promise<Program[]> {
  const image = await buildProgram(`${OWN}/filler.ts`);
  return Object.entries(extras).map(([name, manifest]) => ({ name, image: asModule(image, manifest) }));
}

/** Without a name it is none. */
function asModule(image: Uint8Array, manifest: object): Uint8Array {
  if (!("name" in manifest)) return image;
  const text = JSON.stringify(manifest);
  return withQuota(withNote(image, manifestNote(parseManifest(text, "a manifest"))), QUOTA_OF_EXTRAS);
}
