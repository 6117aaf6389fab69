import assert from "node:assert/strict";
import { RecordKind } from "../../../kernel/trace/records.ts";
import type { Booted } from "../../support/boot.ts";
import type { Shortage } from "./victims.ts";

/** Files of a server, larger than the machine: pages that can be supplied again go, and nobody reads anything else than before. */

const MEMORY = 96 * 2 ** 20;
const program = (name: string) => `tests/reclaim/programs/${name}.ts`;
const LIBRARY_WELL = [0, "some pages I supplied more than once\n"];
const CLIENT_WELL = [0, "wrong 0\n"];

export const pagesReclaimed = ({ document }: Booted) =>
  document.cpus.reduce((all, cpu) => all + (cpu["pagesReclaimed"] as number), 0);

/** How each program ended, and what it had said. */
function endsOf({ document }: Booted): unknown[] {
  return document.programs.map(({ exit, fault, output }) => [exit ?? fault?.["reason"], output]);
}

/** `trace`: it says of each page that goes. */
export function twoReaders(trace: boolean): Shortage {
  return {
    what: "a file that is larger than the machine is read by two tasks",
    sources: ["library", "reader", "reader"].map(program),
    wishes: { memoryBytes: MEMORY, trace, frames: true },
    check: (booted) => {
      assert.deepEqual(endsOf(booted), [LIBRARY_WELL, CLIENT_WELL, CLIENT_WELL], booted.console.slice(-2500));
      const reclaimed = pagesReclaimed(booted);
      // What is read need as much more as the machine has.
      assert.ok(reclaimed > MEMORY / 4096);
      const records = booted.records.filter(({ kind }) => kind === RecordKind.PAGES_RECLAIMED);
      const pages = records.reduce((all, { value }) => all + Number(value), 0);
      if (trace) assert.equal(pages, reclaimed);
    },
  };
}

export const QUOTA = 2500;

/** The machine has room for all of it, and the server may have a tenth: QUOTA frames. */
export const withinQuota: Shortage = {
  what: "a server whose file is larger than its quota gives up pages that it supplied before",
  sources: ["library", "reader"].map(program),
  wishes: { trace: false, frames: true },
  check: (booted) => {
    assert.deepEqual(endsOf(booted), [LIBRARY_WELL, CLIENT_WELL], booted.console.slice(-2500));
    assert.ok(pagesReclaimed(booted) > 2 * 24576 - QUOTA);
  },
};

export function writers(cpus: number): Shortage {
  return {
    what: `what was written and not taken stays, and what was taken comes back, with ${cpus} CPU${cpus === 1 ? "" : "s"}`,
    sources: ["library", "noter", "reader", "surge"].map(program),
    wishes: { memoryBytes: MEMORY, cpus, trace: false, frames: true },
    check: (booted) => {
      const [surge, ...others] = endsOf(booted).reverse();
      assert.deepEqual(others, [CLIENT_WELL, CLIENT_WELL, LIBRARY_WELL], booted.console.slice(-2500));
      // When a server finds no memory on another CPU just then.
      const end = (surge as unknown[])[0];
      assert.ok(end === 0 || (cpus > 1 && end === "held-most"), String(end));
      assert.ok(pagesReclaimed(booted) > 0);
    },
  };
}

export function withKeeper(cpus: number): Shortage {
  return {
    what: `who holds all that a server needs for an access ends, with ${cpus} CPU${cpus === 1 ? "" : "s"}`,
    sources: ["library", "keeper", "reader"].map(program),
    wishes: { memoryBytes: MEMORY, cpus, trace: false, frames: true },
    check: (booted) => {
      assert.deepEqual(endsOf(booted), [LIBRARY_WELL, ["held-most", ""], CLIENT_WELL], booted.console.slice(-2500));
    },
  };
}
