import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { behaves, KNOWN, RUNS } from "./support/behaviour.ts";
import { compileMutant, type Mutant } from "./support/mutants.ts";

/** Mistakes planted in the kernel: the model test finds each of them with as many runs as it makes. */

const PAGES = "kernel/spaces/pages.ts";
const UNMAP = "kernel/spaces/unmap.ts";
const SPACE = "kernel/spaces/space.ts";
const ANSWER = "kernel/spaces/answer.ts";
const TABLES = "kernel/paging/user-tables.ts";
const PTE = "kernel/paging/pte.ts";
const BACKING = "kernel/spaces/backing.ts";
const OWN = "kernel/spaces/own-table.ts";
const FORK = "kernel/spaces/fork.ts";
const HOLDINGS = "kernel/spaces/holdings.ts";
const GATHER = "kernel/tlb/gather.ts";
const CONTEXTS = "kernel/tlb/contexts.ts";
const LOADED = "kernel/tlb/loaded.ts";
const TRANSLATIONS = "kernel/tlb/translations.ts";

const PROMOTE = "kernel/spaces/promote.ts";
const GRAFT = "kernel/paging/graft.ts";

const MUTANTS: readonly Mutant[] = [
  {
    what: "pages that were made aside are not moved to a table that is there",
    file: GRAFT,
    from: "graftTable(owner, entryAddress(entry), entryAddress(found), level - 1, PAGE_BYTES);",
    to: "",
  },
  {
    what: "a table that was made aside is not given back",
    file: GRAFT,
    from: "giveTable(owner, entryAddress(entry));",
    to: "",
  },
  {
    what: "a page is unmapped and not flushed",
    file: UNMAP,
    from: "const entry = physExchange64(slot, 0);\n      if ((entry & Pte.ACCESSED) != 0) notePage(at);",
    to: "const entry = physExchange64(slot, 0);",
  },
  {
    what: "an A that is set while a page is unmapped is lost",
    file: UNMAP,
    from: "const entry = physExchange64(slot, 0);\n      if ((entry & Pte.ACCESSED) != 0) notePage(at);",
    to: "const entry = physLoad64(slot);\n      physStore64(slot, 0);\n      if ((entry & Pte.ACCESSED) != 0) notePage(at);",
  },
  {
    what: "a D that is set while rights change is lost",
    file: PAGES,
    from: "const before = physCompareExchange64(slot, entry, wanted);",
    to: "const before = entry;\n    physStore64(slot, wanted);",
  },
  {
    what: "an A or D that is set while a large page is split is lost",
    file: TABLES,
    from: "return physCompareExchange64(slot, large, table | TABLE_FLAGS);",
    to: "physStore64(slot, table | TABLE_FLAGS);\n  return large;",
  },
  {
    what: "frames are free before the flush",
    file: GATHER,
    from: "if (pageCount != 0) flush(changed);",
    to: "giveBack(changed.quota);\n  if (pageCount != 0) flush(changed);",
  },
  {
    what: "a right is taken and not flushed",
    file: PAGES,
    from: "if (mustForget(entry, wanted)) notePage(at);",
    to: "",
  },
  {
    what: "a right is taken of many pages, and only the first is flushed",
    file: PAGES,
    from: "notePages(at + PAGE_BYTES, count - 1);",
    to: "",
  },
  {
    what: "pages that are not alike change alike",
    file: PAGES,
    from: "if ((entry & KIND) != kind) return slot;",
    to: "if (kind == NO_KIND) return slot;",
  },
  {
    what: "the right to write is not cleared",
    file: PAGES,
    from: "return (entry & ~RIGHT_BITS) | allowed;",
    to: "return (entry & ~RIGHT_BITS) | allowed | (entry & Pte.WRITE);",
  },
  {
    what: "a change of rights loses D",
    file: PAGES,
    from: "return (entry & ~RIGHT_BITS) | allowed;",
    to: "return (entry & ~RIGHT_BITS & ~Pte.DIRTY) | allowed;",
  },
  {
    what: "a page of zeros becomes writable",
    file: ANSWER,
    from: "pageFlags(region.rights) & ~Pte.WRITE;",
    to: "pageFlags(region.rights);",
  },
  {
    what: "pages of an unshared table are not counted twice",
    file: OWN,
    from: "shareRow(Frame.containing(<PhysAddr>first), <u32>((end - first) / PAGE_BYTES));",
    to: "",
  },
  {
    what: "pages of an unshared table may be written by both",
    file: OWN,
    from: "return entry & ~ALONE;",
    to: "return entry;",
  },
  {
    what: "an unshared table is still walked",
    file: OWN,
    from: "  noteAllPages();\n  noteStructures();\n",
    to: "",
  },
  {
    what: "a shared table is not counted",
    file: FORK,
    from: "shareFrame(Frame.containing(entryAddress(entry)));",
    to: "",
  },
  {
    what: "a fork leaves the parent's translations writable",
    file: FORK,
    from: "const entry = physAnd64(slot, ~Pte.WRITE);\n  if ((entry & Pte.WRITE) != 0) noteAllPages();",
    to: "const entry = physAnd64(slot, ~Pte.WRITE);",
  },
  {
    what: "a shared table may be written through by the child",
    file: FORK,
    from: "physStore64(copy, entry & ~Pte.WRITE);",
    to: "physStore64(copy, entry);",
  },
  {
    what: "a copy-on-write fault writes in place though others hold the frame",
    file: ANSWER,
    from: "if (holders == Holders.ALONE) return",
    to: "if (holders != Holders.UNKNOWN) return",
  },
  {
    what: "a frame takes another's place, and the old page is not flushed",
    file: GATHER,
    from: "return forgetPage(page);",
    to: "return;",
  },
  {
    what: "a table is freed while a neighbour needs it",
    file: UNMAP,
    from: "return (at & ~inside) >= first && (at | inside) <= last;",
    to: "return (at & ~inside) >= first && at <= last;",
  },
  {
    what: "a table is freed while a neighbour below needs it",
    file: UNMAP,
    from: "return (at & ~inside) >= first && (at | inside) <= last;",
    to: "return at >= first && (at | inside) <= last;",
  },
  {
    what: "a table is freed before the last of its pages",
    file: UNMAP,
    from: "end == last ? gapLast : end",
    to: "gapLast",
  },
  {
    what: "a table is freed before the next region's pages",
    file: SPACE,
    from: "unmapLast(root, first, tree.first - 1);",
    to: "unmapLast(root, first, u64.MAX_VALUE);",
  },
  {
    what: "a table that nothing needs stays",
    file: UNMAP,
    from: "dropFrom(entryOf(root, at, highest - 1), at,",
    to: "dropFrom(entryOf(root, at, lowest), at,",
  },
  {
    what: "one page too few is unmapped",
    file: UNMAP,
    from: "for (let at = first; at <= last; at += PAGE_BYTES) {\n    if (isPresent",
    to: "for (let at = first; at + PAGE_BYTES <= last; at += PAGE_BYTES) {\n    if (isPresent",
  },
  {
    what: "splitting a large page loses D",
    file: PTE,
    from: "return (entry & ~(Pte.LARGE_PAT | Pte.LARGE)) |",
    to: "return (entry & ~(Pte.LARGE_PAT | Pte.LARGE | Pte.DIRTY)) |",
  },
  {
    what: "more pages than fit the list are not flushed",
    file: GATHER,
    from: "if (pageCount == MOST_PAGES) pageCount = ALL_PAGES;",
    to: "if (pageCount == MOST_PAGES) return;",
  },
  {
    what: "another CPU is not asked to flush",
    file: GATHER,
    from: "flushWithOne(<u32>ctz<u64>(others), count, isLoadedHere);",
    to: "forget(count);",
  },
  {
    what: "of several CPUs one is asked to flush",
    file: GATHER,
    from: "askToFlush(others, count);",
    to: "askToFlush(others & -others, count);",
  },
  {
    what: "a CPU flushes for others and not for itself",
    file: GATHER,
    from: "const isLoadedHere = others != cpus;",
    to: "const isLoadedHere = false;",
  },
  {
    what: "a table stays that the heap's guard alone kept",
    file: "kernel/spaces/heap-end.ts",
    from: " && ((end ^ above) < LARGE_BYTES || hasNoTable(space, above));",
    to: ";",
  },
  {
    what: "a shared table goes for the heap's guard, whatever else it maps",
    file: "kernel/spaces/heap-end.ts",
    from: "!makeDivisibleAround(space, end, above)",
    to: "!makeDivisibleAround(space, end, last)",
  },
  {
    what: "a CPU that alone has a space loaded does not flush",
    file: GATHER,
    from: "if (changed.loadedOn == here) forget(pageCount);\n  else",
    to: "if (changed.loadedOn != here)",
  },
  {
    what: "a CPU that sleeps in a space is not told that a table is gone",
    file: GATHER,
    from: "  if (changed.idleOn != 0) leaveIdly(changed);\n",
    to: "",
  },
  {
    what: "a CPU that sleeps in a space is not told that it shares a table no more",
    file: UNMAP,
    from: "  noteAllPages();\n  noteStructures();\n  noteFrame",
    to: "  noteAllPages();\n  noteFrame",
  },
  {
    what: "a CPU that sleeps in a space is not told that the space has a table of its own",
    file: OWN,
    from: "  noteStructures();\n",
    to: "",
  },
  {
    what: "a CPU that sleeps in a space is not told that a table was reclaimed",
    file: "kernel/spaces/reclaim.ts",
    from: "  noteStructures();\n",
    to: "",
  },
  {
    what: "a CPU that sleeps in a space keeps its root when the space ends",
    file: LOADED,
    from: "  askToLeave(others);\n",
    to: "",
  },
  {
    what: "a CPU that wakes in a space does not see what was flushed meanwhile",
    file: LOADED,
    from: " && isAsLeft(space);",
    to: ";",
  },
  {
    what: "a page of a file is another one's of it",
    file: BACKING,
    from: "closedEntry(offsetOf(region, page), region)",
    to: "closedEntry(region.offset + page % (1 << 20), region)",
  },
  {
    what: "a page of a file is written in place",
    file: BACKING,
    from: "closedEntry(offsetOf(region, page), region)",
    to: "openEntry(offsetOf(region, page), region)",
  },
  {
    what: "who writes a page of a file gets zeros",
    file: ANSWER,
    from: "region.backing == Backing.ZEROS\n    ? replaceZeros",
    to: "region.backing != Backing.COPIES\n    ? replaceZeros",
  },
  {
    what: "the part of a file's region that is left when its start goes begins where the whole did",
    file: SPACE,
    from: "region.offset += first - region.first;",
    to: "",
  },
  {
    what: "where a file's pages are to be large ones come zeros",
    file: ANSWER,
    from: "region.backing == Backing.ZEROS && fitsPage",
    to: "fitsPage",
  },
  {
    what: "small pages become a large one elsewhere, and are not flushed",
    file: PROMOTE,
    from: "  noteAllPages();\n  noteStructures();\n  finishFlush();\n  if (!isInRow)",
    to: "  noteStructures();\n  finishFlush();\n  if (!isInRow)",
  },
  {
    what: "small pages become a large one elsewhere, and their frames do not come back",
    file: PROMOTE,
    from: "      noteFrame(Frame.containing(entryAddress(physLoad64(table + offset))));\n",
    to: "",
  },
  {
    what: "a large page that small ones become loses A and D",
    file: PROMOTE,
    from: " | touchedIn(table));",
    to: ");",
  },
  {
    what: "a flush is not counted",
    file: GATHER,
    from: "  // For CPUs that have left the space, and may come back.\n  changed.flushes += 1;",
    to: "",
  },
  {
    what: "a CPU that comes back to a space does not see what was flushed meanwhile",
    file: CONTEXTS,
    from: "const isSound = found != 0 && own.context(found).flushes == space.flushes;",
    to: "const isSound = found != 0;",
  },
  {
    what: "who gets a PCID gets what it kept of another space",
    file: CONTEXTS,
    from: "const isSound = found != 0 && own.context(found).flushes == space.flushes;",
    to: "const isSound = own.context(own.current).flushes == space.flushes;",
  },
  {
    what: "frames that other spaces hold, too, count as a space's own",
    file: HOLDINGS,
    from: "|| frameHolders(frame) == 1",
    to: "|| frameHolders(frame) != 0",
  },
  { what: "tables that go still count", file: GATHER, from: "quota.tablesLeft += tableCount;", to: "" },
  { what: "frames that others hold do not count", file: GATHER, from: " - (stillHeld() - heldBefore);", to: ";" },
  { what: "a region that goes still counts", file: SPACE, from: "space.quota.regionsLeft += 1;", to: "" },
  { what: "tables that spaces share count", file: HOLDINGS, from: "hasOtherSharers(entry) ? 0 : ", to: "" },
  { what: "tables do not count", file: HOLDINGS, from: "usable(Frame.containing(table), colours);", to: "0 as u64;" },
  { what: "a space has the number of another", file: TRANSLATIONS, from: "lastNumber += 1;", to: "lastNumber ^= 1;" },
];

/** So that a mutant is found today and tomorrow. */
const SEED = 20_260;

describe("a planted mistake is found:", { concurrency: 2 }, () => {
  for (const [index, mutant] of MUTANTS.entries()) {
    test(mutant.what, async (t) => {
      const module = await compileMutant(mutant, `spaces-${index}`);
      const result = fc.check(behaves(module), { seed: SEED, numRuns: RUNS, examples: KNOWN, endOnFailure: true });
      assert.ok(result.failed, `not in ${RUNS} runs`);
      t.diagnostic(`run ${result.numRuns}: ${String(result.errorInstance).split("\n")[0]}`);
    });
  }
});
