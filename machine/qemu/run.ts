import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type Server } from "node:net";
import { RECORD_BYTES } from "../../kernel/trace/records.ts";
import type { BootObserver, BootRequest, BootResult } from "../machine.ts";
import { qemuArguments, type Clocking, type QemuFiles } from "./command-line.ts";
import { SerialConsole } from "./console.ts";
import { bootResult, type QemuEnd } from "./endings.ts";
import { atProcessEnd } from "../process-end.ts";
import { connectMonitor, type QemuMonitor } from "./monitor.ts";

export interface QemuRun {
  readonly qemu: string;
  readonly request: BootRequest;
  readonly observer: BootObserver;
  readonly files: QemuFiles;
  readonly clocking?: Clocking;
  readonly withMonitor?: (monitor: QemuMonitor) => Promise<void>;
}

/** Runs QEMU to its end, or to the request's time limit. */
export async function runQemu(run: QemuRun): Promise<BootResult> {
  const records = await listenForRecords(run.files.records, run.observer);
  const child = spawn(run.qemu, qemuArguments(run.request, run.files, run.clocking ?? "free"), {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const killer = new Killer(child);
  const forget = atProcessEnd(() => killer.kill("asked"));
  try {
    const [end] = await Promise.all([watch(child, killer, run), useMonitor(killer, run)]);
    await records.drained();
    return bootResult(end);
  } finally {
    forget();
    killer.kill("asked");
    records.server.close();
  }
}

/** Ends QEMU, and remembers the first reason. */
class Killer {
  reason: QemuEnd["killed"];
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
  }

  kill(reason: NonNullable<QemuEnd["killed"]>): void {
    this.reason ??= reason;
    this.#child.kill("SIGKILL");
  }
}

/** The monitor's user is done when its promise settles; should it fail, the machine must not run on. */
async function useMonitor(killer: Killer, { files, withMonitor }: QemuRun): Promise<void> {
  if (withMonitor === undefined || files.monitor === undefined) return;
  try {
    const monitor = await connectMonitor(files.monitor, () => killer.kill("asked"));
    await withMonitor(monitor).finally(() => monitor.close());
  } catch (error) {
    killer.kill("asked");
    throw error;
  }
}

interface RecordListener {
  readonly server: Server;
  /** Resolves when what QEMU wrote has been passed on. */
  drained(): Promise<void>;
}

/** Passes on whole records: the socket delivers them in pieces. */
function listenForRecords(path: string, observer: BootObserver): Promise<RecordListener> {
  let rest = Buffer.alloc(0);
  let closed: Promise<void> = Promise.resolve();
  const server = createServer((socket) => {
    closed = new Promise((resolve) => socket.on("close", () => resolve()));
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes: Buffer) => {
      const all = Buffer.concat([rest, bytes]);
      const whole = all.length - (all.length % RECORD_BYTES);
      rest = all.subarray(whole);
      if (whole > 0) observer.records(all.subarray(0, whole));
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve({ server, drained: () => closed }));
  });
}

/** Resolves when QEMU has gone and its output is read. */
function watch(child: ChildProcess, killer: Killer, { request, observer }: QemuRun): Promise<QemuEnd> {
  const { timeoutSeconds } = request;
  let stderr = "";
  const serial = new SerialConsole((bytes) => observer.console(bytes));
  const timer = setTimeout(() => killer.kill("timeout"), timeoutSeconds * 1000);
  child.stderr!.on("data", (bytes: Buffer) => (stderr += bytes.toString("utf8")));
  child.stdout!.on("data", (bytes: Buffer) => {
    serial.receive(bytes);
    // A moment for the rest of the firmware's report.
    if (serial.firmwareFault) setTimeout(() => killer.kill("firmware fault"), 500);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, signal) => {
      clearTimeout(timer);
      const { kernelStarted, agentError, firmwareText } = serial;
      const killed = killer.reason;
      resolve({ exitCode, signal, stderr, kernelStarted, killed, agentError, firmwareText, timeoutSeconds });
    });
  });
}
