import { basename, join } from "node:path";
import { decodeRecords, type TraceRecord } from "../../cli/records/decode.ts";
import type { BootRequest, BootResult } from "../../machine/machine.ts";
import { bootQemu } from "../../machine/qemu/index.ts";
import type { QemuMonitor } from "../../machine/qemu/monitor.ts";
import { projectRoot } from "../../tools/build/assemblyscript.ts";
import { buildMetalProgram } from "../../tools/build/metal.ts";

export interface LiveMachine {
  readonly monitor: QemuMonitor;
  /** Everything that the kernel has written so far. */
  readonly console: () => string;
  readonly records: readonly TraceRecord[];
}

export interface LiveRequest {
  /** Sources of programs, from the project's root; one of them must not end. */
  readonly programs: readonly string[];
  /** The console says this when there is something to look at. */
  readonly ready: string;
  readonly memoryBytes?: number;
  /** 0: nobody is interrupted. */
  readonly turnMilliseconds?: number;
  /** A kernel instead of the built one. */
  readonly kernel?: Uint8Array;
}

/** Boots QEMU, waits until it is ready, and lets `look` look at it from outside. When `look` is done the machine runs on to its end. */
export async function lookAtLiveMachine(
  { programs, ready, kernel, turnMilliseconds, memoryBytes = REQUEST.memoryBytes }: LiveRequest,
  look: (machine: LiveMachine) => Promise<void>,
): Promise<BootResult & { readonly console: string }> {
  const images = [];
  for (const source of programs) {
    images.push({ name: basename(source, ".ts"), image: await buildMetalProgram(join(projectRoot, source)) });
  }
  const records: TraceRecord[] = [];
  let text = "";
  // A letter may come in two pieces.
  const decoder = new TextDecoder();
  let isReady: () => void;
  const waiting = new Promise<void>((resolve) => (isReady = resolve));
  const observer = {
    console: (bytes: Uint8Array) => {
      text += decoder.decode(bytes, { stream: true });
      if (text.includes(ready)) isReady();
    },
    records: (bytes: Uint8Array) => void records.push(...decodeRecords(bytes)),
  };
  const result = await bootQemu({ ...REQUEST, memoryBytes, turnMilliseconds, programs: images }, observer, {
    ...(kernel === undefined ? {} : { kernel }),
    withMonitor: async (monitor) => {
      await waiting;
      await look({ monitor, console: () => text, records });
    },
  });
  return { ...result, console: text };
}

export const REQUEST: Omit<BootRequest, "programs"> = {
  memoryBytes: 256 * 2 ** 20,
  cpus: 1,
  numaNodes: 1,
  seed: 0x7ab1e5n,
  aslr: true,
  colour: false,
  trace: false,
  without: [],
  crash: undefined,
  failAllocation: undefined,
  timeoutSeconds: 120,
};
