import { type BootedMutant, findMistakes } from "../support/mutant-kernel.ts";
import { writers } from "./support/readers.ts";
import { amongOthers, elsewhere, severalWantAll } from "./support/victims.ts";

/** Mistakes planted where memory has run out: who gives what back, who is ended, and who goes on then. Of what is taken from one space: tests/spaces/reclaim.test.ts. */

const ROOM = "kernel/tasks/room.ts";
const STARVING = "kernel/tasks/starving.ts";
const HOLDINGS = "kernel/spaces/holdings.ts";
const RECLAIM_PAGES = "kernel/spaces/reclaim-pages.ts";
const PAGE_CLOCK = "kernel/tasks/page-clock.ts";

const onOneCpu = amongOthers(1);
const onTwoCpus = elsewhere(true);
const onThreeCpus = severalWantAll(1n);
const byWriters = writers(1);
const byWritersOnTwoCpus = writers(2);

const MUTANTS: readonly BootedMutant[] = [
  {
    what: "who faults is ended, and not who holds most",
    file: ROOM,
    from: "const victim = holderOfMost(task);",
    to: "const victim = task;",
    by: onTwoCpus,
    isEndless: true,
  },
  {
    what: "only tasks that came later are looked at",
    file: ROOM,
    from: "other != task; other = other.next",
    to: "other.id > task.id; other = other.next",
    by: onTwoCpus,
    isEndless: true,
  },
  {
    what: "a task that runs elsewhere is ended here",
    file: ROOM,
    from: "if (victim.state != TaskState.RUNNING) return endHere",
    to: "return endHere",
    by: onTwoCpus,
  },
  {
    what: "a task that has ended is run once more",
    file: ROOM,
    from: "if (victim.state == TaskState.READY) tasksOf(victim.cpu).remove(victim);",
    to: "",
    by: onOneCpu,
  },
  {
    what: "who is to end is asked for ever",
    file: ROOM,
    from: "  asked = 0;\n  if (isThere)",
    to: "  if (isThere)",
    by: onThreeCpus,
  },
  {
    what: "who starves is not known to",
    file: STARVING,
    from: "  isAnyStarving = true;",
    to: "",
    by: onTwoCpus,
  },
  {
    what: "who starves does not learn that another has ended",
    file: "kernel/tasks/scheduler.ts",
    from: "  feedStarving();\n}",
    to: "}",
    by: onTwoCpus,
  },
  {
    what: "it is said that the wrong one wanted the memory",
    file: ROOM,
    from: "endForMemory(victim, task.id);\n  traceTask",
    to: "endForMemory(victim, victim.id);\n  traceTask",
    by: onOneCpu,
  },
  {
    what: "an object's memory counts twice: by its handle, and where it is mapped",
    file: HOLDINGS,
    from: "if ((entry & Pte.FOREIGN) != 0) return 0;",
    to: "",
    by: onTwoCpus,
  },
  {
    what: "an object's memory does not count",
    file: HOLDINGS,
    from: " + framesOfObjects(space.handles, colours)",
    to: "",
    by: onTwoCpus,
  },
  {
    what: "who is in the middle of a call loses tables",
    file: "kernel/tasks/clock.ts",
    from: "task != spared && ",
    to: "",
    by: onOneCpu,
  },
  {
    what: "what the server has not seen goes",
    file: RECLAIM_PAGES,
    from: "(word & (PageWord.DIRTY | PageWord.IN_USE)) != 0",
    to: "(word & PageWord.IN_USE) != 0",
    by: byWriters,
  },
  {
    what: "what the server is about to take goes",
    file: PAGE_CLOCK,
    from: "  keepTaken(memory, stretch);\n",
    to: "",
    by: byWriters,
  },
  {
    what: "what somebody is about to access goes",
    file: PAGE_CLOCK,
    from: "  keepAwaited(memory, stretch);\n",
    to: "",
    by: byWritersOnTwoCpus,
  },
  {
    what: "a page goes that others than the first task map",
    file: PAGE_CLOCK,
    from: "task = task.next == head ? null : task.next;",
    to: "task = null;",
    by: byWriters,
  },
  {
    what: "an entry of a page that goes stays",
    file: RECLAIM_PAGES,
    from: "physCompareExchange64(slot, entry, 0) == entry",
    to: "entry != 0",
    by: byWriters,
  },
];

findMistakes("victims", MUTANTS);
