import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { after, test } from "node:test";
import { projectRoot } from "../../tools/build/assemblyscript.ts";

/** A command that is ended from outside leaves no QEMU and no folder behind. */
const folder = mkdtempSync(join(tmpdir(), "nitros-test-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function processesNaming(text: string): string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").includes(text);
    } catch {
      return false; // It has ended meanwhile.
    }
  });
}

for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) {
  test(`after ${signal} there is no QEMU and no folder`, { timeout: 240_000 }, async () => {
    const program = join(projectRoot, "tests/metal/programs/spin.ts");
    const args = [join(projectRoot, "cli/nitros.mjs"), "boot", program, "--machine", "qemu", "--timeout", "200"];
    const child = spawn(process.execPath, args, { env: { ...process.env, TMPDIR: folder }, stdio: "ignore" });
    const ended = new Promise<number | null>((resolve) => child.on("exit", (code) => resolve(code)));
    while (processesNaming(join(folder, "nitros-qemu-")).length === 0) {
      assert.equal(child.exitCode, null, "the command ended before QEMU was there");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    child.kill(signal);
    assert.equal(await ended, { SIGTERM: 143, SIGHUP: 129, SIGINT: 130 }[signal]);
    while (processesNaming(join(folder, "nitros-qemu-")).length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith("nitros-qemu-")),
      [],
    );
  });
}
