import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { QemuMonitor } from "../../machine/qemu/monitor.ts";
import { lookAtLiveMachine } from "./live-machine.ts";
import { kernelLetters, NO_LETTER, screenLines, type Letters } from "./screen-text.ts";

/** What a PC without a serial cable shows: the console, drawn by the kernel into the firmware's frame buffer. */
const LAST_LINE = "| spinning";
const DRAWING_PAUSE_MS = 100;
const DRAWING_ATTEMPTS = 100;

describe("the PC's screen", () => {
  let screen: string[] = [];
  let console = "";
  let letters: Letters;

  before(async () => {
    letters = await kernelLetters();
    const programs = ["user/programs/hello.ts", "tests/metal/programs/spin.ts"];
    const result = await lookAtLiveMachine(
      { programs, ready: `${LAST_LINE}\n`, turnMilliseconds: 0 },
      async ({ monitor }) => {
        screen = await drawnScreen(monitor, letters);
        monitor.quit();
      },
    );
    console = result.console;
  });

  test("shows letters only, and the end of the console", () => {
    assert.ok(
      screen.every((line) => !line.includes(NO_LETTER)),
      screen.join("\n"),
    );
    const shown = screen.filter((line) => line !== "");
    assert.ok(shown.length > 10, screen.join("\n"));
    assert.ok(shown.at(-1)!.endsWith(LAST_LINE), screen.join("\n"));
  });

  test("has the same lines as the serial port, in the same order", () => {
    const columns = Math.max(...screen.map((line) => line.length));
    const serial = console.split("\n").flatMap((line) => wrapped(asShown(line), columns));
    assert.deepEqual(
      screen.filter((line) => line !== ""),
      serial.filter((line) => line !== "").slice(-count(screen)),
    );
  });

  test("has headings of the boot log and what the program said", () => {
    const all = screen.join("\n");
    assert.match(all, /1 hello \| Hello from ring 3\. I am task 1\./);
    assert.match(all, /1 hello \| I wrote to \d+ pages of my heap/);
  });
});

/** The serial port is ahead of the screen: waits for the last line. */
async function drawnScreen(monitor: QemuMonitor, letters: Letters): Promise<string[]> {
  let lines: string[] = [];
  for (let attempt = 0; attempt < DRAWING_ATTEMPTS; attempt++) {
    lines = screenLines(await monitor.screen(), letters);
    if (lines.some((line) => line.endsWith(LAST_LINE))) break;
    await new Promise((resolve) => setTimeout(resolve, DRAWING_PAUSE_MS));
  }
  return lines;
}

/** A dash has a letter; what else is not ASCII shows as "?". */
function asShown(line: string): string {
  return line.replaceAll("–", "-").replaceAll(/[^\x20-\x7e]/g, "?");
}

function wrapped(line: string, columns: number): string[] {
  return [line.slice(0, columns), line.slice(columns)].map((part) => part.trimEnd());
}

function count(lines: readonly string[]): number {
  return lines.filter((line) => line !== "").length;
}
