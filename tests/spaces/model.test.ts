import { test } from "node:test";
import fc from "fast-check";
import { holds } from "../support/property.ts";
import { Both } from "./support/both.ts";
import { usualModule } from "./support/machine.ts";
import { anyStep } from "./support/steps.ts";

/** Spaces against a naive model: after every step their tables, counts, regions and the TLB are what the model allows. */

const RUNS = 150;
const STEPS = 80;
const module = await usualModule();

test("whatever is done to spaces, they hold what the model holds, and give everything back", (t) => {
  const property = fc.property(fc.array(anyStep, { minLength: 1, maxLength: STEPS, size: "max" }), (steps) => {
    const both = new Both(module);
    for (const step of steps) {
      step(both);
      both.check();
    }
    both.end();
  });
  holds(t, property, RUNS);
});
