import { type BootedMutant, findMistakes, type Trial } from "../support/mutant-kernel.ts";
import {
  BAD_PAGERS,
  checkFamily,
  checkPatience,
  ENDLESS,
  type Family,
  impatience,
  LATE_ANSWER,
  MISSED_AGAIN,
  PAGER_RULES,
  PAGES,
  PAIR,
  REFUSALS,
  SLOW,
} from "./support/families.ts";

/** Mistakes planted where pages come from servers, and go back. */

const MESSAGES = "kernel/ipc/messages.ts";
const REQUESTS = "kernel/ipc/requests.ts";
const PAGER = "kernel/ipc/pager.ts";
const PATIENCE = "kernel/tasks/patience.ts";
const BACKING = "kernel/spaces/backing.ts";

function trialOf(family: Family): Trial {
  return { sources: family.sources, wishes: { trace: false }, check: (booted) => checkFamily(family, booted) };
}
const pages = trialOf(PAGES);
const badPagers = trialOf(BAD_PAGERS);
const rules = trialOf(PAGER_RULES);
const refusals = trialOf(REFUSALS);
const impatient = { ...impatience("embedded"), trace: false, frames: true };
const slow: Trial = { ...trialOf(SLOW), wishes: impatient };
const endless: Trial = { sources: ENDLESS.sources, wishes: impatient, check: checkPatience };
const missedAgain: Trial = { ...trialOf(MISSED_AGAIN), wishes: { cpus: 2, trace: false } };
const lateAnswer = trialOf(LATE_ANSWER);
const pair: Trial = { ...trialOf(PAIR), wishes: { turnMilliseconds: 1, trace: false } };
/** With this seed the CPU that counts falls asleep. */
const counterSleeps: Trial = { ...trialOf(SLOW), wishes: { ...impatient, cpus: 2, seed: 3n } };

const MUTANTS: readonly BootedMutant[] = [
  {
    what: "a page counts as clean, and can still be written without a fault",
    file: "kernel/ipc/write-back.ts",
    from: "  closeEverywhere(memory, first, end);\n",
    to: "",
    by: pages,
  },
  {
    what: "a page counts as clean, and is written by a translation that was not flushed",
    file: "kernel/spaces/object-mappings.ts",
    from: "  noteAllPages();\n",
    to: "",
    by: pages,
  },
  {
    what: "a page that was only read can be written without a fault",
    file: BACKING,
    from: "memory.pager == null || isWrite ||",
    to: "memory.pager != null || isWrite ||",
    by: pages,
  },
  {
    what: "the server is not told when who wrote has gone",
    file: "kernel/spaces/memory-object.ts",
    from: "if (memory.dirty != 0) letGo(memory);",
    to: "",
    by: pages,
  },
  {
    what: "who writes a private mapping writes for all",
    file: BACKING,
    from: "if (region.backing == Backing.COPIES) return replaceByCopy",
    to: "if (region.backing > Backing.COPIES) return replaceByCopy",
    by: pages,
  },
  {
    what: "two ask for the same page",
    file: PAGER,
    from: "if (isAskedFor(memory, offset)) return waitWithOthers",
    to: "if (memory.bytes == 0) return waitWithOthers",
    by: pages,
  },
  {
    what: "a page that is there is supplied again",
    file: "kernel/spaces/supply.ts",
    from: "  if (pageThere(memory, offset) != 0) return true;\n",
    to: "",
    by: badPagers,
  },
  {
    what: "who waits with others is not told that the page does not come",
    file: REQUESTS,
    from: "  if (memory.waiting != 0) wakeWaiting(memory, task.first, task.bytes);\n",
    to: "",
    by: badPagers,
    isEndless: true,
  },
  {
    what: "a port where nobody can receive is asked",
    file: PAGER,
    from: "isInVain || changetype<Port>(memory.pager).receivers == 0",
    to: "isInVain",
    by: badPagers,
    isEndless: true,
  },
  {
    what: "who waits for a server that ends is told nothing",
    file: MESSAGES,
    from: "  abandonCaller(task);\n  const callee",
    to: "  const callee",
    by: refusals,
  },
  {
    what: "who waits with others waits for the reply",
    file: "kernel/ipc/supply.ts",
    from: "  if (done != 0) wakeWaiting(memory, offset, done);\n",
    to: "",
    by: rules,
  },
  {
    what: "a server supplies what it may not read",
    file: "kernel/spaces/user-memory.ts",
    from: "if (region == null || (region.rights & Right.READ) == 0) return <PhysAddr>0;",
    to: "if (region == null) return <PhysAddr>0;",
    by: rules,
  },
  {
    what: "who may only read supplies",
    file: "kernel/syscalls/pagers.ts",
    from: "return handle.may(HandleRight.SEND) ? 0 : Errno.EACCES;",
    to: "return 0;",
    by: rules,
  },
  {
    what: "a server is told of more than 16 written pages at once",
    file: "kernel/spaces/dirty.ts",
    from: "min<u64>(first + most * PAGE_BYTES, memory.bytes)",
    to: "memory.bytes",
    by: rules,
  },
  {
    what: "what a task has waited for one request counts for the next",
    file: REQUESTS,
    from: "  task.age = 0;\n",
    to: "",
    by: slow,
  },
  {
    what: "nobody counts how long somebody waits",
    file: PATIENCE,
    from: "  task.age += 1;\n",
    to: "",
    by: endless,
    isEndless: true,
  },
  {
    what: "the timer is not set for those that wait",
    file: PATIENCE,
    from: "  if (patienceTurns != 0) keepTime();\n",
    to: "",
    by: counterSleeps,
    isEndless: true,
  },
  {
    what: "the timer is set once",
    file: PATIENCE,
    from: "  if (isCounting) keepTime();\n",
    to: "",
    by: endless,
    isEndless: true,
  },
  {
    what: "who waits with others asks for itself when they are given up",
    file: MESSAGES,
    from: "  refuseWaiting(task);\n",
    to: "",
    by: endless,
  },
  {
    what: "a CPU that sleeps is not woken by its timer",
    file: "platform/embedded/model/program/attend.ts",
    from: "  interruptSleepers();\n",
    to: "",
    by: counterSleeps,
    isEndless: true,
  },
  {
    what: "a CPU that sleeps and gives somebody up goes on sleeping",
    file: "kernel/tasks/scheduler.ts",
    from: "return own.running == null && own.readyCount != 0;",
    to: "return false;",
    by: counterSleeps,
    isEndless: true,
  },
  {
    what: "two that call one another keep the CPU",
    file: "kernel/tasks/turns.ts",
    from: " && task.state == TaskState.READY) own.turn",
    to: ") own.turn",
    by: pair,
    isEndless: true,
  },
  {
    what: "a page that did not come is missed for ever",
    file: "kernel/tasks/scheduler.ts",
    from: "  task.missed = 0;\n",
    to: "",
    by: lateAnswer,
  },
  {
    what: "a CPU that was woken runs a task whose call waits once more",
    file: "kernel/tasks/scheduler.ts",
    from: "  if (ownTasks().running != null) return false;\n",
    to: "",
    by: missedAgain,
  },
];

findMistakes("ipc", MUTANTS);
