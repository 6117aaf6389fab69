import { parentPort, workerData } from "node:worker_threads";
import type { MachineMessage, MachineOrder } from "./messages.ts";
import { partsOf } from "./order.ts";
import { runMachine } from "./run.ts";

/** Runs the machine that `workerData` orders, and posts what it says as it says it. */
const port = parentPort;
if (port === null) throw new Error("worker.ts runs in a worker thread only");

function post(message: MachineMessage): void {
  port!.postMessage(message, message.kind === "end" ? [] : [message.bytes.buffer as ArrayBuffer]);
}

const observer = {
  console: (bytes: Uint8Array) => post({ kind: "console", bytes }),
  records: (bytes: Uint8Array) => post({ kind: "records", bytes }),
};
post({ kind: "end", result: runMachine(partsOf(workerData as MachineOrder, observer)) });
