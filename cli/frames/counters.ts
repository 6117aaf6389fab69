import Table from "cli-table3";
import { handful, type Counters } from "../records/counters.ts";
import { nameOf } from "../records/names.ts";
import { Hand } from "../../kernel/trace/counters.ts";
import { isAllocatable, ownerName } from "../../kernel/frames/owners.ts";
import { PressureState } from "../../kernel/frames/pressure-state.ts";

/** The kernel's counters at the end of a boot, for people: a table each for nodes, orders, CPUs, owners and kernel objects. */
export function countersTables(counters: Counters): string {
  return [nodes(counters), marks(counters), orders(counters), cpus(counters), owners(counters), objects(counters)]
    .map((table) => `${table}\n`)
    .join("");
}

type Cell = string | number;

/** Numbers to the right, and no colours. */
function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const colAligns = head.map((_, column) => (column === 0 ? ("left" as const) : ("right" as const)));
  const made = new Table({ head: [...head], colAligns, style: { head: [], border: [], compact: true } });
  for (const row of rows) made.push([...row]);
  return made.toString();
}

function nodes(counters: Counters): string {
  const head = ["node", "free", "used", "in hand", "hit", "miss", "foreign", "interleaved", "local", "other"];
  const rows = [...counters.nodes].map(([node, c]) => [
    ...[node, c.FREE, c.FRAMES - c.FREE, c.IN_HAND],
    ...[c.HIT, c.MISS, c.FOREIGN, c.INTERLEAVED, c.LOCAL, c.OTHER],
  ]);
  return table(head, rows);
}

function marks(counters: Counters): string {
  const rows = [...counters.nodes].map(([node, c]) => [
    ...[node, c.MINIMUM, c.LOW, c.HIGH],
    ...[nameOf(PressureState, c.PRESSURE), c.PRESSURE_CHANGES],
  ]);
  return table(["node", "min", "low", "high", "memory is", "changes"], rows);
}

/** Only orders that somebody asked for. */
function orders(counters: Counters): string {
  const rows = [...counters.orders]
    .map(([order, { ALLOCATED, FREED, REFUSED }]) => [order, ALLOCATED, FREED, REFUSED])
    .filter(([, ...counts]) => counts.some((count) => count !== 0));
  return table(["order", "allocated", "freed", "refused"], rows);
}

function cpus(counters: Counters): string {
  const head = [
    "CPU",
    "node",
    "word",
    "freed word",
    "shelf",
    "refills",
    "frames",
    "flushes",
    "frames",
    "drains",
    "far frees",
  ];
  const rows = [...counters.cpus].map(([cpu, c]) => {
    const word = handful(counters, cpu, Hand.ZERO) + handful(counters, cpu, Hand.UNKNOWN);
    const inHand = [word, handful(counters, cpu, Hand.FREED), handful(counters, cpu, Hand.SHELF)];
    return [cpu, c.NODE, ...inHand, c.REFILLS, c.REFILLED, c.FLUSHES, c.FLUSHED, c.DRAINS, c.FREED_FAR];
  });
  return table(head, rows);
}

function owners(counters: Counters): string {
  const rows = [...counters.owners].map(([owner, { FRAMES, MOST }]) => [
    ownerName(owner),
    FRAMES,
    isAllocatable(owner) ? MOST : "",
  ]);
  return table(["owner", "frames", "most"], rows);
}

function objects(counters: Counters): string {
  const rows = [...counters.objects].map(([kind, c]) => [
    ...[kind, c.BYTES, c.OUT - c.KEPT, c.KEPT],
    ...[c.SLABS, c.MOST_SLABS],
  ]);
  return table(["kernel objects", "bytes", "handed out", "kept", "slabs", "most"], rows);
}
