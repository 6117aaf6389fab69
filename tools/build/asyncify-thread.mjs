// Runs asyncify in a thread, once for each message: a list of its arguments.
import { parentPort } from "node:worker_threads";
import { runAsyncify } from "./asyncify-run.mjs";

parentPort.on("message", (args) => parentPort.postMessage(runAsyncify(args)));
