// Runs asc in a thread, once for each message: a list of its arguments.
import { parentPort } from "node:worker_threads";
import { runAsc } from "./asc-run.mjs";

parentPort.on("message", async (args) => parentPort.postMessage(await runAsc(args)));
