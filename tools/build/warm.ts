import { once } from "node:events";
import { Worker } from "node:worker_threads";

/**
 * Compilers in threads of this process that stay: what is compiled second takes a tenth of the first's time. One thread a compiler, since binaryen, which both
 * are made of, keeps settings; and one request after the other.
 */
export type Compiler = "asc" | "asyncify";

interface Warm {
  worker: Worker | undefined;
  /** Of all requests so far. */
  last: Promise<unknown>;
}

const compilers: Readonly<Record<Compiler, Warm>> = {
  asc: { worker: undefined, last: Promise.resolve() },
  asyncify: { worker: undefined, last: Promise.resolve() },
};

/** Runs it with these arguments, and returns its report; throws what it throws. */
export function runWarm<Report>(compiler: Compiler, args: readonly string[]): Promise<Report> {
  const warm = compilers[compiler];
  const report = warm.last.then(() => ask<Report>(compiler, args));
  warm.last = report.catch(() => undefined);
  return report;
}

async function ask<Report>(compiler: Compiler, args: readonly string[]): Promise<Report> {
  const warm = compilers[compiler];
  const worker = (warm.worker ??= start(compiler));
  worker.ref();
  worker.postMessage(args);
  try {
    const [report] = (await once(worker, "message")) as [Report];
    return report;
  } catch (error) {
    // What throws ends its thread.
    warm.worker = undefined;
    throw error;
  } finally {
    // Nobody waits for it: the process may end.
    worker.unref();
  }
}

function start(compiler: Compiler): Worker {
  const env = { ...process.env, NODE_OPTIONS: "" };
  return new Worker(new URL(`./${compiler}-thread.mjs`, import.meta.url), { execArgv: [], env });
}
