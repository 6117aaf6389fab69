import type { BootRequest } from "../machine.ts";
import { nodeDistance, nodeMebibytes, nodeOfCpu } from "../numa.ts";

/** Files and sockets that a run of QEMU is given. */
export interface QemuFiles {
  readonly firmwareCode: string;
  /** A copy of its own: the firmware writes to it. */
  readonly firmwareVariables: string;
  readonly disk: string;
  /** Unix socket on which the trace records arrive. */
  readonly records: string;
  /** Unix socket of the monitor, if it is wanted. */
  readonly monitor: string | undefined;
}

/** How instructions and time are related: "by-instructions" makes the guest's clock count them. */
export type Clocking = "free" | "by-instructions";

/**
 * With "by-instructions" an instruction takes 2^SHIFT nanoseconds, and as many ticks of the time-stamp counter. With one nanosecond the count would be
 * the same, but OVMF waits by the clock for devices, in all for seconds, each a thousand million instructions then.
 */
const SHIFT = 4;
export const TICKS_AN_INSTRUCTION = 2 ** SHIFT;

type Machine = Pick<BootRequest, "memoryBytes" | "cpus" | "numaNodes" | "without">;

const MEBIBYTE = 2 ** 20;

/** QEMU's arguments for a request. */
export function qemuArguments(machine: Machine, files: QemuFiles, clocking: Clocking): string[] {
  return [
    ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-vga", "std"],
    ...["-machine", "q35", "-cpu", cpuModel(machine), "-smp", `${machine.cpus}`, "-m", `${mebibytes(machine)}M`],
    ...accelerator(clocking),
    ...numaNodes(machine),
    ...firmware(files),
    ...["-drive", `if=none,id=boot,format=raw,readonly=on,file=${escaped(files.disk)}`],
    ...["-device", "virtio-blk-pci,drive=boot,bootindex=0"],
    ...["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"],
    ...["-chardev", `socket,id=records,path=${escaped(files.records)}`],
    ...["-device", "isa-debugcon,chardev=records,iobase=0xe9"],
    ...["-device", "isa-debug-exit,iobase=0xf4,iosize=4"],
    ...(files.monitor === undefined ? [] : ["-qmp", `unix:${escaped(files.monitor)},server=on,wait=off`]),
  ];
}

/** The widest processor that software emulation has, less what the request hides. */
function cpuModel({ without }: Machine): string {
  return ["max", ...without.map((feature) => `${feature}=off`)].join(",");
}

function mebibytes({ memoryBytes }: Machine): number {
  return Math.floor(memoryBytes / MEBIBYTE);
}

function accelerator(clocking: Clocking): string[] {
  return clocking === "free" ? ["-accel", "tcg"] : ["-accel", "tcg,thread=single", "-icount", `shift=${SHIFT}`];
}

/** Sizes and distances, as the embedded machine's tables have them. QEMU takes a distance for that of the way back, too. */
function numaNodes(machine: Machine): string[] {
  const nodes = machine.numaNodes;
  if (nodes < 2) return [];
  return nodeMebibytes(mebibytes(machine), nodes).flatMap((size, node) => {
    const memory = ["-object", `memory-backend-ram,id=memory${node},size=${size}M`];
    return [
      ...memory,
      "-numa",
      [`node,nodeid=${node},memdev=memory${node}`, ...cpusOf(node, machine)].join(","),
      ...distancesFrom(node, nodes),
    ];
  });
}

function cpusOf(node: number, { cpus, numaNodes }: Machine): string[] {
  return Array.from({ length: cpus }, (_, cpu) => cpu)
    .filter((cpu) => nodeOfCpu(cpu, cpus, numaNodes) === node)
    .map((cpu) => `cpus=${cpu}`);
}

/** To the nodes before it: those after it are not yet known to QEMU. */
function distancesFrom(node: number, nodes: number): string[] {
  return Array.from({ length: node }, (_, to) => [
    "-numa",
    `dist,src=${node},dst=${to},val=${nodeDistance(node, to, nodes)}`,
  ]).flat();
}

function firmware(files: QemuFiles): string[] {
  return [
    ...["-drive", `if=pflash,unit=0,format=raw,readonly=on,file=${escaped(files.firmwareCode)}`],
    ...["-drive", `if=pflash,unit=1,format=raw,file=${escaped(files.firmwareVariables)}`],
  ];
}

/** In QEMU's option lists a comma is doubled. */
function escaped(path: string): string {
  return path.replaceAll(",", ",,");
}
