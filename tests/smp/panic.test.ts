import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ExitStatus } from "../../cli/exit-status.ts";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import { bootTestKernel } from "./support/boot.ts";

/** A panic stops the other CPU, whatever that does, and one report is told, whole. On the embedded machine no CPU waits, or panics at once. */
const OTHERS: Readonly<Record<MachineName, readonly string[]>> = {
  embedded: ["sleeps"],
  qemu: ["sleeps", "waits", "panics"],
};

for (const machine of MACHINE_NAMES) {
  describe(`a panic on ${machine}`, () => {
    for (const other of OTHERS[machine]) {
      test(`while the other CPU ${other}`, async () => {
        const { result, console, document } = await bootTestKernel(machine, `panic-other-${other}`);
        assert.equal(result.status, ExitStatus.PANIC, console);
        const report = console.slice(console.indexOf("KERNEL PANIC"));
        assert.match(
          report,
          /^KERNEL PANIC: the (test wants it|other CPU panics)\s+stopped +1 other CPU\s+found +[\da-fx]+\s*$/i,
        );
        assert.ok(document.panic !== null);
      });
    }
  });
}
