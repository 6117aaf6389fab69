import { buildEmbeddedKernel } from "../build/embedded.ts";
import { buildLoaderEfi, buildLoaderWasm } from "../build/loader.ts";
import { buildMetalKernel } from "../build/metal.ts";

/** Builds what nearly every test boots, once, before tests that run side by side would each build it. Returns an exit status. */
export async function buildAll(): Promise<number> {
  await buildEmbeddedKernel();
  await buildLoaderWasm();
  await buildMetalKernel();
  await buildLoaderEfi();
  return 0;
}
