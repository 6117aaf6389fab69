import { readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** QEMU's monitor refused a command. */
export class MonitorError extends Error {
  override readonly name = "MonitorError";
}

interface Reply {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
  readonly event?: string;
  readonly QMP?: unknown;
}

/** A segment register, with what the processor keeps of its descriptor. */
export interface Segment {
  readonly selector: number;
  readonly base: bigint;
  readonly limit: number;
}

/** A running guest from outside, by the QEMU Machine Protocol: one command at a time. */
export class QemuMonitor {
  readonly #socket: Socket;
  readonly #path: string;
  readonly #quit: () => void;
  readonly #replies: ((reply: Reply | undefined) => void)[] = [];

  constructor(socket: Socket, path: string, quit: () => void) {
    this.#socket = socket;
    this.#path = path;
    this.#quit = quit;
    const lines = createInterface({ input: socket });
    lines.on("line", (line) => {
      const reply = JSON.parse(line) as Reply;
      if (reply.event === undefined && reply.QMP === undefined) this.#replies.shift()?.(reply);
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      for (const settle of this.#replies.splice(0)) settle(undefined);
    });
  }

  async execute(command: string, args: object = {}): Promise<unknown> {
    const reply = await new Promise<Reply | undefined>((resolve) => {
      this.#replies.push(resolve);
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
    });
    if (reply === undefined) throw new MonitorError(`QEMU ended before it answered ${command}`);
    if (reply.error !== undefined) throw new MonitorError(`${command}: ${reply.error.desc}`);
    return reply.return;
  }

  stop(): Promise<unknown> {
    return this.execute("stop");
  }

  resume(): Promise<unknown> {
    return this.execute("cont");
  }

  /** Ends the machine, whatever it is doing. */
  quit(): void {
    this.#quit();
  }

  /** Control registers and the like of CPU 0, by the names that QEMU prints them under: CR3, EFER, RIP… */
  async registers(): Promise<ReadonlyMap<string, bigint>> {
    const text = await this.#infoRegisters();
    return new Map(
      [...text.matchAll(/\b([A-Z][A-Z0-9]+) *=([0-9a-f]+)\b/g)].map((match) => [match[1]!, BigInt(`0x${match[2]}`)]),
    );
  }

  /** Segment registers of CPU 0: CS, SS, DS, ES, FS, GS, LDT, TR. */
  async segments(): Promise<ReadonlyMap<string, Segment>> {
    const text = await this.#infoRegisters();
    const lines = text.matchAll(/^([A-Z]{2,3}) *=([0-9a-f]{4}) ([0-9a-f]{16}) ([0-9a-f]{8}) /gm);
    return new Map(
      [...lines].map(([, name, selector, base, limit]) => [
        name!,
        { selector: parseInt(selector!, 16), base: BigInt(`0x${base}`), limit: parseInt(limit!, 16) },
      ]),
    );
  }

  #infoRegisters(): Promise<string> {
    return this.execute("human-monitor-command", { "command-line": "info registers" }) as Promise<string>;
  }

  /** Physical memory. */
  async read(address: bigint, bytes: number): Promise<Buffer> {
    const file = `${this.#path}.dump`;
    await this.execute("pmemsave", { val: Number(address), size: bytes, filename: file });
    const data = readFileSync(file);
    rmSync(file);
    return data;
  }

  /** What is on the screen, as a PPM picture. */
  async screen(): Promise<Buffer> {
    const file = `${this.#path}.ppm`;
    await this.execute("screendump", { filename: file });
    const picture = readFileSync(file);
    rmSync(file);
    return picture;
  }

  close(): void {
    this.#socket.destroy();
  }
}

const CONNECT_ATTEMPTS = 100;
const CONNECT_PAUSE_MS = 50;

/** Connects to the monitor's socket as soon as QEMU has made it. `quit` ends QEMU. */
export async function connectMonitor(path: string, quit: () => void): Promise<QemuMonitor> {
  for (let attempt = 1; ; attempt++) {
    try {
      const monitor = new QemuMonitor(await open(path), path, quit);
      await monitor.execute("qmp_capabilities");
      return monitor;
    } catch (error) {
      if (attempt === CONNECT_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, CONNECT_PAUSE_MS));
    }
  }
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => resolve(socket));
    socket.once("error", reject);
  });
}
