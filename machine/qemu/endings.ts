import type { BootResult } from "../machine.ts";

/** How QEMU ended, as the operating system and the serial port saw it. */
export interface QemuEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  readonly kernelStarted: boolean;
  /** Why this side ended it, if it did. */
  readonly killed: "timeout" | "firmware fault" | "asked" | undefined;
  readonly agentError: string | undefined;
  /** What was on the serial port before the kernel. */
  readonly firmwareText: string;
  readonly timeoutSeconds: number;
}

const PANIC_STATUS = 70;
const TIMEOUT_STATUS = 124;
const REFUSED_STATUS = 64;
const NO_HOST_MEMORY = /cannot set up guest memory/;

/** The result for an end. A kernel that exits says so through isa-debug-exit: QEMU's exit code is then `status << 1 | 1`. */
export function bootResult(end: QemuEnd): BootResult {
  if (end.killed !== undefined) return killedResult(end);
  if (end.agentError !== undefined) {
    return { status: guestStatus(end) ?? PANIC_STATUS, message: `the boot agent gave up: ${end.agentError}` };
  }
  if (end.exitCode === null) return failed(`QEMU was ended by ${end.signal}`, end);
  if (end.exitCode === 0) {
    return failed(
      "the machine reset: a triple fault, a fault that could not be delivered (or the firmware had nothing to boot)",
      end,
    );
  }
  if (NO_HOST_MEMORY.test(end.stderr))
    return {
      status: REFUSED_STATUS,
      message: `--memory: more than this computer gives to QEMU (${end.stderr.trim()})`,
    };
  const status = guestStatus(end);
  if (end.kernelStarted && status !== undefined) return { status };
  return failed(`QEMU did not run, exit code ${end.exitCode}`, end);
}

function guestStatus({ exitCode }: QemuEnd): number | undefined {
  return exitCode !== null && exitCode % 2 === 1 ? exitCode >> 1 : undefined;
}

function killedResult({ killed, timeoutSeconds, kernelStarted, firmwareText }: QemuEnd): BootResult {
  if (killed === "asked") return { status: 0, message: "QEMU was stopped" };
  if (killed === "timeout") {
    const where = kernelStarted ? "" : ", before the kernel started";
    return { status: TIMEOUT_STATUS, message: `timed out after ${timeoutSeconds} s${where}` };
  }
  const report = /!!!! X64 Exception[\s\S]*/.exec(firmwareText)?.[0] ?? "the firmware's report is above";
  return { status: PANIC_STATUS, message: `a fault before the kernel could answer faults: ${report.trim()}` };
}

function failed(what: string, { stderr }: QemuEnd): BootResult {
  const words = stderr.trim();
  return { status: PANIC_STATUS, message: words === "" ? what : `${what}: ${words}` };
}
