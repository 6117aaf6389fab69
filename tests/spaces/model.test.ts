import { test } from "node:test";
import { holds } from "../support/property.ts";
import { behaves, KNOWN, RUNS } from "./support/behaviour.ts";
import { Feature, usualModule } from "./support/machine.ts";
import { anyStepWithFiles, anyStepWithSeals } from "./support/steps.ts";

/** Spaces against a naive model: after every step their tables, counts, regions and the TLB are what the model allows. */

const module = await usualModule();

test("whatever is done to spaces, they hold what the model holds, and give everything back", (t) => {
  holds(t, behaves(module), RUNS, KNOWN);
});

test("the same where there are no process-context identifiers", (t) => {
  holds(t, behaves(module, Feature.PCID), RUNS / 3, KNOWN);
});

test("the same where mappings are sealed", (t) => {
  holds(t, behaves(module, 0, anyStepWithSeals), RUNS / 3);
});

test("the same where pages of a file are mapped", (t) => {
  holds(t, behaves(module, 0, anyStepWithFiles), RUNS / 3);
});
