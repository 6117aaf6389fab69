import { describe, test } from "node:test";
import { loadMachine } from "../../cli/machines.ts";
import { MACHINE_NAMES } from "../../cli/values.ts";
import { withQuota } from "../../tools/build/quota.ts";
import { bootPrograms } from "../support/boot.ts";
import { pagesReclaimed, QUOTA, twoReaders, withinQuota, withKeeper, writers } from "./support/readers.ts";

for (const machine of MACHINE_NAMES) {
  describe(`servers' pages, short of memory, on ${machine}`, () => {
    // On a serial port so many records take a minute.
    const readings = [twoReaders(machine === "embedded"), writers(1), withKeeper(1), writers(2)];
    // On QEMU the keeper may have all before the others can so much as map something.
    if (machine === "embedded") readings.push(withKeeper(2));
    for (const { what, sources, wishes, check } of readings) {
      test(what, async (t) => {
        const booted = await bootPrograms(machine, sources, wishes);
        check(booted);
        t.diagnostic(`${pagesReclaimed(booted)} pages reclaimed`);
      });
    }

    test(withinQuota.what, async () => {
      const usual = await loadMachine(machine);
      const buildProgram = async (source: string) => {
        const image = await usual.buildProgram(source);
        return source.endsWith("library.ts") ? withQuota(image, { frames: QUOTA }) : image;
      };
      const { sources, wishes, check } = withinQuota;
      check(await bootPrograms(machine, sources, wishes, { ...usual, buildProgram }));
    });
  });
}
