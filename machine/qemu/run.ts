import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type Server } from "node:net";
import { RECORD_BYTES } from "../../kernel/trace/records.ts";
import type { BootObserver, BootRequest, BootResult } from "../machine.ts";
import { qemuArguments, type Clocking, type QemuFiles } from "./command-line.ts";
import { SerialConsole } from "./console.ts";
import { bootResult, type QemuEnd } from "./endings.ts";
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
  try {
    const ended = watch(child, run);
    if (run.withMonitor !== undefined)
      await Promise.all([ended, useMonitor(child, run.files.monitor!, run.withMonitor)]);
    const end = await ended;
    await records.drained();
    return bootResult(end);
  } finally {
    child.kill("SIGKILL");
    records.server.close();
  }
}

/** The monitor's user is done when its promise settles; should it fail, the machine must not run on. */
async function useMonitor(
  child: ChildProcess,
  path: string,
  use: (monitor: QemuMonitor) => Promise<void>,
): Promise<void> {
  try {
    const monitor = await connectMonitor(path);
    await use(monitor).finally(() => monitor.close());
  } catch (error) {
    child.kill("SIGKILL");
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
function watch(child: ChildProcess, { request, observer }: QemuRun): Promise<QemuEnd> {
  const { timeoutSeconds } = request;
  let killed: QemuEnd["killed"];
  let stderr = "";
  const kill = (why: NonNullable<QemuEnd["killed"]>) => {
    killed ??= why;
    child.kill("SIGKILL");
  };
  const serial = new SerialConsole((bytes) => observer.console(bytes));
  const timer = setTimeout(() => kill("timeout"), timeoutSeconds * 1000);
  child.stderr!.on("data", (bytes: Buffer) => (stderr += bytes.toString("utf8")));
  child.stdout!.on("data", (bytes: Buffer) => {
    serial.receive(bytes);
    // A moment for the rest of the firmware's report.
    if (serial.firmwareFault) setTimeout(() => kill("firmware fault"), 500);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, signal) => {
      clearTimeout(timer);
      const { kernelStarted, agentError, firmwareText } = serial;
      resolve({ exitCode, signal, stderr, kernelStarted, killed, agentError, firmwareText, timeoutSeconds });
    });
  });
}
