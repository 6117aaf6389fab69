import type { Figure } from "./figure.ts";

/** What is measured of spaces, and of calls that change them. */
export const SPACES_NUMBERS: readonly Figure[] = [
  { name: "syscall.null", per: "call", target: { atMost: 100 }, recorded: 307 },
  { name: "fault.write", per: "page", target: { atMost: 450 }, recorded: 2255 },
  { name: "fault.write.many", per: "page" },
  { name: "fault.read", per: "page", target: { atMost: 250 }, recorded: 1155 },
  { name: "fault.huge", per: "2 MiB page", target: { atMost: 1000 }, recorded: 26_249 },
  { name: "map.populate", per: "page", target: { atMost: 60 }, recorded: 2403 },
  { name: "map.pair", per: "pair", target: { atMost: 1500 }, recorded: 15_463 },
  { name: "map.pair.many", per: "pair" },
  { name: "map.cycle", per: "cycle", target: { atMost: 2500 }, recorded: 24_584 },
  { name: "unmap.page", per: "page", target: { atMost: 60 }, recorded: 885 },
  { name: "protect.page", per: "page", target: { atMost: 20 }, recorded: 133 },
  { name: "protect.page.back", per: "page", target: { atMost: 20 }, recorded: 194 },
  { name: "brk.pair", per: "pair", target: { atMost: 800 } },
  { name: "fault.cow", per: "page", target: { atMost: 550 }, recorded: 2860 },
  { name: "fault.reuse", per: "page", target: { atMost: 270 }, recorded: 1346 },
  { name: "fork.page", per: "page", target: { atMost: 1 }, recorded: 134 },
  { name: "fork.cycle", per: "cycle", target: { atMost: 15_000 }, recorded: 159_618 },
  { name: "context.switch", per: "switch" },
];

/** With so many CPUs a page goes, and is forgotten by all. */
export const SHOOTDOWN_CPUS: readonly number[] = [2, 4];
/** What the CPU that takes it away takes more than alone. */
export const INITIATOR: Figure = { name: "shootdown", per: "page", target: { atMost: 60 }, recorded: 112 };
/** What each of the others takes. */
export const RESPONDER: Figure = {
  name: "shootdown.responder",
  per: "page",
  target: { atMost: 60 },
  recorded: 413,
};

/** Targets, and what Linux took, are for two CPUs, which are the usual. */
export function nameWith({ name }: Figure, cpus: number): string {
  return cpus === 2 ? name : `${name}.${cpus}`;
}
