import { FrameOwner, isAllocatable } from "../../kernel/frames/owners.ts";
import { PressureState } from "../../kernel/frames/pressure-state.ts";
import {
  CounterMoment,
  CounterScope,
  CpuCounter,
  CpuEvent,
  Hand,
  NodeCounter,
  ObjectCounter,
  OrderCounter,
  OwnerCounter,
} from "../../kernel/trace/counters.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import type { TraceRecord } from "./decode.ts";
import { nameOf, type Names } from "./names.ts";

/** Numbers by name: exact up to 2^53, which no count of one boot reaches. */
export type Counts<Counted extends Names> = Readonly<Record<keyof Counted, number>>;

/** Free frames in a CPU's hands: so many, the first of them in the word or area that begins at `first`. */
export interface FramesInHand {
  readonly cpu: number;
  readonly hand: number;
  readonly first: number;
  readonly frames: number;
}

/** The kernel's counters at one moment, by the number of the node, order, CPU, owner or kind of objects. */
export interface Counters {
  readonly nodes: ReadonlyMap<number, Counts<typeof NodeCounter>>;
  readonly orders: ReadonlyMap<number, Counts<typeof OrderCounter>>;
  readonly cpus: ReadonlyMap<number, Counts<typeof CpuCounter>>;
  readonly owners: ReadonlyMap<number, Counts<typeof OwnerCounter>>;
  readonly objects: ReadonlyMap<string, Counts<typeof ObjectCounter>>;
  readonly inHand: readonly FramesInHand[];
  readonly events: ReadonlyMap<number, Counts<typeof CpuEvent>>;
}

/** What the counters were at `moment`; undefined when the boot did not come so far, or was not asked to count. */
export function countersAt(moment: number, records: readonly TraceRecord[]): Counters | undefined {
  const counters = records
    .filter(({ kind }) => kind === RecordKind.COUNTER)
    .map(counterOf)
    .filter((counter) => counter.moment === moment);
  if (counters.length === 0) return undefined;
  const names = objectNames(records);
  const byName = [...gathered(counters, CounterScope.OBJECTS, ObjectCounter)];
  return {
    nodes: gathered(counters, CounterScope.NODE, NodeCounter),
    orders: gathered(counters, CounterScope.ORDER, OrderCounter),
    cpus: gathered(counters, CounterScope.CPU, CpuCounter),
    owners: gathered(counters, CounterScope.OWNER, OwnerCounter),
    objects: new Map(byName.map(([index, counts]) => [names.get(index) ?? String(index), counts])),
    inHand: framesInHand(moment, records),
    events: gathered(counters, CounterScope.PROCESSOR, CpuEvent),
  };
}

export function endedCounters(records: readonly TraceRecord[]): Counters | undefined {
  return countersAt(CounterMoment.ENDED, records);
}

export interface Counter {
  readonly scope: number;
  readonly moment: number;
  readonly index: number;
  readonly counter: number;
  readonly value: number;
}

/** A COUNTER record. */
export function counterOf({ first, second, value }: TraceRecord): Counter {
  return {
    scope: Number(first & 0xffn),
    moment: Number((first >> 8n) & 0xffn),
    index: Number(first >> 16n),
    counter: Number(second),
    value: Number(value),
  };
}

/** The names of what a scope counts. */
export const SCOPES: Readonly<Record<number, Names>> = {
  [CounterScope.NODE]: NodeCounter,
  [CounterScope.ORDER]: OrderCounter,
  [CounterScope.CPU]: CpuCounter,
  [CounterScope.OWNER]: OwnerCounter,
  [CounterScope.OBJECTS]: ObjectCounter,
  [CounterScope.PROCESSOR]: CpuEvent,
};

function gathered<Counted extends Names>(counters: readonly Counter[], scope: number, counted: Counted) {
  const things = new Map<number, Counts<Counted>>();
  for (const { index, counter, value } of counters.filter((counter) => counter.scope === scope)) {
    const name = Object.keys(counted).find((name) => Number(counted[name]) === counter)!;
    things.set(index, { ...(things.get(index) ?? zeros(counted)), [name]: value });
  }
  return things;
}

function zeros<Counted extends Names>(counted: Counted): Counts<Counted> {
  return Object.fromEntries(Object.keys(counted).map((name) => [name, 0])) as Counts<Counted>;
}

function objectNames(records: readonly TraceRecord[]): Map<number, string> {
  const kinds = records.filter(({ kind }) => kind === RecordKind.OBJECT_KIND);
  return new Map(kinds.map((record) => [Number(record.value), objectName(record)]));
}

/** The name in an OBJECT_KIND record. */
export function objectName({ first, second }: TraceRecord): string {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(first);
  bytes.writeBigUInt64LE(second, 8);
  return bytes.toString("latin1").replace(/\0+$/, "");
}

function framesInHand(moment: number, records: readonly TraceRecord[]): FramesInHand[] {
  const inHand = records.filter(
    ({ kind, value }) => kind === RecordKind.FRAMES_IN_HAND && value >> 24n === BigInt(moment),
  );
  return inHand.map(inHandOf);
}

/** A FRAMES_IN_HAND record. */
export function inHandOf({ first, second, value }: TraceRecord): FramesInHand {
  return {
    cpu: Number(value & 0xffffn),
    hand: Number((value >> 16n) & 0xffn),
    first: Number(first),
    frames: Number(second),
  };
}

/** Frames that a CPU has in one of its hands. */
export function handful({ inHand }: Counters, cpu: number, hand: number): number {
  return inHand.filter((held) => held.cpu === cpu && held.hand === hand).reduce((sum, { frames }) => sum + frames, 0);
}

/** The last part of the document's `frames`. */
export function framesCounted(counters: Counters) {
  return {
    nodes: [...counters.nodes].map(([node, counts]) => ({ node, ...nodeFields(counts) })),
    orders: [...counters.orders].map(([order, counts]) => ({ order, ...camel(counts) })),
    cpus: [...counters.cpus].map(([cpu, counts]) => ({ cpu, ...cpuFields(counters, cpu, counts) })),
    byOwner: [...counters.owners].map(([owner, counts]) => ({
      owner: nameOf(FrameOwner, owner),
      ...ownerFields(owner, counts),
    })),
  };
}

/** What the memory map gave is not counted when it is most. */
function ownerFields(owner: number, { FRAMES, MOST }: Counts<typeof OwnerCounter>) {
  return isAllocatable(owner) ? { frames: FRAMES, most: MOST } : { frames: FRAMES };
}

function nodeFields({ PRESSURE, ...counts }: Counts<typeof NodeCounter>) {
  return {
    ...camel(counts),
    used: counts.FRAMES - counts.FREE,
    pressure: nameOf(PressureState, PRESSURE),
  };
}

function cpuFields(counters: Counters, cpu: number, counts: Counts<typeof CpuCounter>) {
  const inHand = Object.fromEntries(Object.entries(Hand).map(([name, hand]) => [name, handful(counters, cpu, hand)]));
  return { ...camel(counts), inHand: camel(inHand) };
}

/** The document's `objects`. */
export function objectsCounted(counters: Counters) {
  return [...counters.objects].map(([kind, counts]) => ({ kind, ...camel(counts) }));
}

/** The document's `cpus`. */
export function eventsCounted(counters: Counters) {
  return [...counters.events].map(([cpu, counts]) => ({ cpu, ...camel(counts) }));
}

/** MOST_SLABS as mostSlabs. */
export function camel(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([name, value]) => [camelName(name), value]));
}

function camelName(name: string): string {
  return name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
