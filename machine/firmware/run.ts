import { existsSync, readFileSync } from "node:fs";
import { shareMemory, sharePcMemory, type NodeMemory } from "../numa.ts";
import { buildAcpi } from "./acpi.ts";
import { BootServices } from "./boot-services.ts";
import { FunctionTable } from "./functions.ts";
import { FirmwareMemory } from "./memory.ts";
import { buildOneToOne } from "./one-to-one.ts";
import { Pages } from "./pages.ts";
import { processorImports } from "./processor.ts";
import { PAGE_BYTES, ramRanges } from "./ranges.ts";
import { FirmwareMisuse } from "./status.ts";
import { buildProtocols, buildTables, HANDLE } from "./system-table.ts";
import {
  BootAgentError,
  type BootAgentOptions,
  type FirmwareHost,
  type FirmwareMap,
  type Handover,
  MemoryType,
} from "./types.ts";

/** `e_machine` of images for the embedded machine (platform/CONTRACT.md, "Images"). */
const WASM_MACHINE = 0x4157;
const SCRATCH_BYTES = 4096;
/** Where `buildLoaderWasm()` of tools/build/loader.ts puts the agent. */
const agentFile = new URL("../../build/loader/loader.wasm", import.meta.url);

/** There is no loader.wasm: `buildLoaderWasm()` makes it. */
export class AgentNotBuilt extends Error {
  override readonly name = "AgentNotBuilt";
}

/** Nodes or tables were asked for, and the map has nowhere to put them. */
export class NoPlaceForTables extends Error {
  override readonly name = "NoPlaceForTables";
  readonly status = 64;
  constructor(byteCount: bigint) {
    super(`ACPI tables take ${byteCount} bytes; the firmware map has no acpi-reclaim memory of that size`);
  }
}

/** Thrown through the agent's wasm when it leaves for the kernel. */
class Left {
  readonly handover: Handover;
  constructor(handover: Handover) {
    this.handover = handover;
  }
}

/**
 * Runs the boot agent on modelled firmware: `host` has RAM as `ramRanges(map)` says, `disk` the files of the boot partition by path
 * (`\nitros\boot.cfg`). Returns where it left for the kernel; throws BootAgentError when it gives up. What the host throws passes through.
 */
export function runBootAgent(
  host: FirmwareHost,
  disk: ReadonlyMap<string, Uint8Array>,
  map: FirmwareMap,
  options: BootAgentOptions = {},
): Handover {
  const faults = options.faults ?? {};
  const memory = new FirmwareMemory(host);
  const functions = new FunctionTable(memory);
  const pages = new Pages(map);
  const log = new ConsoleLog(options.print);
  const rsdp = installAcpi(memory, map, options);
  const cr3 = buildOneToOne(memory, pages, map);
  const tables = buildTables(memory, functions, (text) => printByFirmware(text), rsdp);
  const services = new BootServices(memory, pages, buildProtocols(memory, functions, disk, faults), faults);
  functions.install(tables.bootServices, services.functions());
  const printByFirmware = (text: string): void => {
    if (services.areEnding) throw new FirmwareMisuse(`OutputString was called after ExitBootServices: ${text.trim()}`);
    log.write(text);
  };
  const imports = {
    ...memoryImports(memory),
    imageMachine: () => WASM_MACHINE,
    ...callImports(functions, memory.reserve(SCRATCH_BYTES)),
    ...wayOut(services),
  };
  return start(tables.systemTable, { firmware: imports, processor: processorImports(options, cr3, log) });
}

/** ACPI tables go where the map says that there are some; a map without such a place has none. Returns the RSDP's address or 0. */
function installAcpi(memory: FirmwareMemory, map: FirmwareMap, options: BootAgentOptions): bigint {
  const ram = ramRanges(map);
  const faults = options.faults ?? {};
  const { cpus = 1, numaNodes = 1 } = options;
  const shares = numaNodes === 1 ? [] : nodeMemory(map, numaNodes);
  const given = map.tables ?? {};
  const contents = { cpus, numaNodes, memory: shares, given, badChecksum: faults.badChecksum };
  const size = BigInt(buildAcpi(contents, 0n).length);
  const place = map.descriptors.find(
    ({ type, physicalStart: start, pageCount }) =>
      type === MemoryType.ACPI_RECLAIM &&
      pageCount * PAGE_BYTES >= size &&
      ram.some((range) => range.start <= start && start + size <= range.end),
  );
  if (place === undefined && (numaNodes > 1 || map.tables !== undefined)) throw new NoPlaceForTables(size);
  if (place === undefined || faults.withoutAcpi) return 0n;
  memory.write(place.physicalStart, buildAcpi(contents, place.physicalStart));
  return place.physicalStart;
}

function nodeMemory(map: FirmwareMap, nodes: number): NodeMemory[] {
  return map.installed === undefined ? shareMemory(ramRanges(map), nodes) : sharePcMemory(map.installed, nodes);
}

type Imports = Record<string, (...args: never[]) => unknown>;

/** Wasm's i64 arrive signed. */
function word(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

function memoryImports(memory: FirmwareMemory): Imports {
  return {
    load8: (at: bigint) => memory.load8(word(at)),
    load16: (at: bigint) => memory.load16(word(at)),
    load32: (at: bigint) => memory.load32(word(at)),
    load64: (at: bigint) => memory.load64(word(at)),
    store8: (at: bigint, value: number) => memory.store8(word(at), value),
    store16: (at: bigint, value: number) => memory.store16(word(at), value),
    store32: (at: bigint, value: number) => memory.store32(word(at), value),
    store64: (at: bigint, value: bigint) => memory.store64(word(at), value),
  };
}

function callImports(functions: FunctionTable, scratch: bigint): Imports {
  return {
    scratch: () => scratch,
    call: (target: bigint, ...args: bigint[]) => functions.call(word(target), args.map(word)),
  };
}

function wayOut(services: BootServices): Imports {
  return {
    enter: (entry: bigint, cr3: bigint, bootinfo: bigint) => {
      if (!services.haveEnded) throw new FirmwareMisuse("the agent left for the kernel without ExitBootServices");
      throw new Left({ entry: word(entry), cr3: word(cr3), bootinfo: word(bootinfo) });
    },
  };
}

function start(systemTable: bigint, imports: Record<string, Imports>): Handover {
  if (!existsSync(agentFile))
    throw new AgentNotBuilt("build/loader/loader.wasm is not there: buildLoaderWasm() makes it");
  const module = new WebAssembly.Module(readFileSync(agentFile));
  const { exports } = new WebAssembly.Instance(module, imports as WebAssembly.Imports);
  try {
    (exports["main"] as (image: bigint, table: bigint) => void)(HANDLE, systemTable);
  } catch (thrown) {
    if (thrown instanceof Left) return thrown.handover;
    if (!(thrown instanceof WebAssembly.RuntimeError)) throw thrown;
    throw new FirmwareMisuse(`the boot agent crashed: ${thrown.message}`, { cause: thrown });
  }
  throw new FirmwareMisuse("the boot agent returned to the firmware");
}

const ERROR_LINE = /^boot agent error: (\w+): (.*)$/;

/** What the agent prints, by the line. */
class ConsoleLog {
  private pending = "";
  private lastLine = "";
  private readonly print: ((line: string) => void) | undefined;

  constructor(print: ((line: string) => void) | undefined) {
    this.print = print;
  }

  write(text: string): void {
    const lines = (this.pending + text).split("\r\n");
    this.pending = lines.pop() ?? "";
    for (const line of lines) {
      this.lastLine = line;
      this.print?.(line);
    }
  }

  /** The error that the agent's last line tells of. */
  error(status: number): BootAgentError {
    const [, reason, sentence] = ERROR_LINE.exec(this.lastLine) ?? [];
    return new BootAgentError(sentence ?? this.lastLine, status, reason ?? "Unknown");
  }
}
