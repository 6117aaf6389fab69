import assert from "node:assert/strict";
import { ExitStatus } from "../../../cli/exit-status.ts";
import type { MachineName } from "../../../cli/values.ts";
import type { Booted, Wishes } from "../../support/boot.ts";

/** Programs that talk to one another. Each family boots alone: those that wait for all others would wait for these. */
export interface Family {
  readonly what: string;
  /** From the project's root. */
  readonly sources: readonly string[];
  /** All that the programs say, in any order. */
  readonly lines: readonly string[];
}

const OWN = "tests/ipc/programs";

export const SUMS: Family = {
  what: "a server that starts after one client and before the other",
  sources: [`${OWN}/asker.ts`, `${OWN}/adder.ts`, `${OWN}/asker.ts`],
  lines: ["every sum was right", "every sum was right", "nobody is left"],
};

const LENDING: Family = {
  what: "memory that is lent and taken back",
  sources: [`${OWN}/producer.ts`],
  lines: ["what I was lent has gone; I read it once more", "lent, taken back, and still mine"],
};

export const PAGES: Family = {
  what: "pages that a server has",
  sources: [`${OWN}/pager.ts`, `${OWN}/pager-client.ts`],
  lines: [
    ...["page 5 is 5 now", "page 6 is 6 now", "page 6 is 66 now"],
    ...["page 7 is 7 now", "page 8 is 8 now", "page 9 is 9 now", "page 32 is 3 now"],
    ...["requests for pages: 3, to take what was written: 2", "all was as it should be"],
  ],
};

export const BAD_PAGERS: Family = {
  what: "servers that do not supply what is missed",
  sources: [`${OWN}/bad-pagers.ts`],
  lines: ["nobody got what was not there, and nobody waits"],
};

/** Wants turns, and patience. */
export const ENDLESS: Family = {
  what: "a server that goes on for ever keeps nobody",
  sources: [`${OWN}/endless-server.ts`],
  lines: ["nobody waits for ever"],
};

/** The same, beside a server that takes its time, but replies. */
export const SLOW: Family = {
  what: "a server that goes on for ever keeps nobody, and one that is slow is waited for",
  sources: [...ENDLESS.sources, `${OWN}/slow-server.ts`],
  lines: [...ENDLESS.lines, "every page came in time"],
};

export const MISSED_AGAIN: Family = {
  what: "a call that misses one page after another waits for both",
  sources: [`${OWN}/missed-again.ts`],
  lines: [".".repeat(16)],
};

export const LATE_ANSWER: Family = {
  what: "a page that did not come was missed by one call, and by no other",
  sources: [`${OWN}/late-answer.ts`],
  lines: ["the second page was asked for, and came"],
};

/** Wants turns. */
export const PAIR: Family = {
  what: "two that call one another have a turn together",
  sources: [`${OWN}/pair.ts`],
  lines: ["the third had the CPU, too"],
};

export const PAGER_RULES: Family = {
  what: "what servers of pages are refused",
  sources: [`${OWN}/pager-rules.ts`],
  lines: ["all was refused as documented, and nobody waited for a reply in vain"],
};

export const REFUSALS: Family = {
  what: "every documented error",
  sources: [`${OWN}/refusals.ts`],
  lines: ["all was refused as documented"],
};

export const FAMILIES: readonly Family[] = [SUMS, LENDING, PAGES, BAD_PAGERS, LATE_ANSWER, PAGER_RULES, REFUSALS];

/** Throws unless the programs ended well, and said what they should. */
export function checkFamily({ lines }: Family, { result, console }: Booted): void {
  assert.equal(result.status, ExitStatus.OK, console);
  assert.deepEqual(shown(console).sort(), [...lines].sort(), console);
}

/** The embedded machine's turns are work done. QEMU's are time of a host that may have other things to do: what is to come in time has more of it. */
const PATIENCE = { embedded: 20, qemu: 200 } as const;

/** Turns of 1 ms, and how many of them clients have patience for. */
export function impatience(machine: MachineName): Wishes {
  return { turnMilliseconds: 1, patienceMilliseconds: PATIENCE[machine] };
}

/** ENDLESS was on one CPU of the embedded machine, whose timer went off for nothing else: its clients all were given up at the same time. */
export function checkPatience(booted: Booted): void {
  checkFamily(ENDLESS, booted);
  const turns = Number(booted.document.cpus[0]!["timers"]);
  assert.ok(turns >= PATIENCE.embedded && turns < 2 * PATIENCE.embedded, `${turns} turns`);
}

/** What a console shows of programs, without their numbers. */
function shown(console: string): string[] {
  return console.split("\n").flatMap((line) => /^\d+ [\w-]+ \| (.*)$/.exec(line)?.slice(1) ?? []);
}
