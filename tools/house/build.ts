import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CompileError, projectRoot } from "../build/assemblyscript.ts";
import { buildEmbeddedKernel, buildEmbeddedProgram } from "../build/embedded.ts";
import { buildLoaderEfi, buildLoaderWasm } from "../build/loader.ts";
import { buildMetalKernel, buildMetalProgram } from "../build/metal.ts";

/** Builds what tests boot, once, by compilers that stay warm, before tests that run side by side would each build it. Returns an exit status. */
export async function buildAll(): Promise<number> {
  await buildEmbeddedKernel();
  await buildLoaderWasm();
  await buildMetalKernel();
  await buildLoaderEfi();
  const paths = programs().values();
  await Promise.all(Array.from({ length: AT_ONCE }, () => buildPrograms(paths)));
  return 0;
}

/** While one is with asc, which is one thread, others are with clang. */
const AT_ONCE = 3;

/** Of those that nobody else has taken. */
async function buildPrograms(paths: Iterable<string>): Promise<void> {
  for (const path of paths) await buildProgram(path);
}

/** Of the project and of its tests: files in folders of that name that have a main. */
function programs(): string[] {
  const files = ["user", "tests"].flatMap((root) => {
    const names = readdirSync(join(projectRoot, root), { recursive: true, encoding: "utf8" });
    return names.filter((name) => /(^|\/)programs\/[^/]+\.ts$/.test(name)).map((name) => join(projectRoot, root, name));
  });
  return files.filter((path) => /^export function main\(/m.test(readFileSync(path, "utf8"))).sort();
}

async function buildProgram(path: string): Promise<void> {
  try {
    await buildEmbeddedProgram(path);
    await buildMetalProgram(path);
  } catch (error) {
    // Whose program it is says what is wrong with it, or that it should be.
    if (!(error instanceof CompileError)) throw error;
  }
}
