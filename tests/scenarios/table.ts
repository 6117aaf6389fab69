/** What programs do, and what must come of it on every machine. */
export interface Scenario {
  /** From the project's root. */
  readonly source: string;
  /** The status it exits with; null: it is killed. */
  readonly exit: number | null;
  /** What the fault report must say; null: there is none. */
  readonly fault: Readonly<Record<string, string | number>> | null;
  /** Its output, in part. */
  readonly says: readonly string[];
}

const BUNDLED = "user/programs";
const OWN = "tests/scenarios/programs";
const UNREACHED = "This line must never appear.";

function exits(source: string, exit: number, ...says: string[]): Scenario {
  return { source: `${source}.ts`, exit, fault: null, says };
}

function dies(source: string, fault: Scenario["fault"], ...says: string[]): Scenario {
  return { source: `${source}.ts`, exit: null, fault, says };
}

export const NEVER_SAID = UNREACHED;

export const scenarios: readonly Scenario[] = [
  exits(`${BUNDLED}/hello`, 0, "Hello from ring 3", "read every word back."),
  exits(`${OWN}/bad-calls`, 0, "log of kernel memory"),
  exits(`${OWN}/bad-memory-calls`, 0, "the last page of all"),
  exits(`${OWN}/mappings`, 0, "then nothing does"),
  exits(`${OWN}/exit-three`, -3, "Ending with -3."),
  exits(`${OWN}/unfinished-line`, 5, "grüße 😀 and then -7"),
  exits(`${OWN}/take-turns`, 0, "turn 1", "turn 4"),
  exits(`${OWN}/take-turns`, 0, "turn 1", "turn 4"),
  dies(
    `${BUNDLED}/null-read`,
    { vector: 14, access: "read", region: "null-zone", reason: "null-pointer", address: "0x0" },
    "at address 0",
  ),
  dies(`${OWN}/null-write`, {
    vector: 14,
    access: "write",
    region: "null-zone",
    reason: "null-pointer",
    address: "0x18",
  }),
  dies(
    `${OWN}/no-access`,
    { vector: 14, access: "read", region: "anonymous", reason: "no-access" },
    "What was for nothing is mine again.",
  ),
  dies(`${BUNDLED}/write-to-code`, { vector: 14, access: "write", region: "text", reason: "read-only" }),
  dies(`${BUNDLED}/execute-data`, { vector: 14, access: "execute", region: "heap", reason: "not-executable" }),
  dies(`${BUNDLED}/read-kernel`, {
    vector: 14,
    access: "read",
    region: "kernel",
    reason: "kernel-address",
    address: "0xffff800000000000",
  }),
  dies(`${BUNDLED}/stack-overflow`, { vector: 14, access: "write", region: "stack-guard", reason: "stack-overflow" }),
  dies(
    `${OWN}/heap-overrun`,
    { vector: 14, access: "write", region: "guard", reason: "guard-hit" },
    "last byte is mine",
  ),
  dies(
    `${OWN}/touch-own-guard`,
    { vector: 14, access: "write", region: "guard", reason: "guard-hit" },
    "I have a guard.",
  ),
  dies(`${OWN}/not-canonical`, { vector: 13, reason: "not-canonical" }),
  dies(`${OWN}/divide`, { vector: 0, reason: "divide" }),
  dies(`${OWN}/assertion`, { vector: 6, reason: "invalid-instruction" }),
];
