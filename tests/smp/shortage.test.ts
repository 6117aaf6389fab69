import assert from "node:assert/strict";
import { test } from "node:test";
import { MACHINE_NAMES } from "../../cli/values.ts";
import { CounterMoment } from "../../kernel/trace/counters.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { bootPrograms, type Booted } from "../support/boot.ts";

/** What a sleeping CPU keeps for itself is had by the one that runs out. */

/** The CPU on which a task ended, by itself or not. */
function cpuOf({ records, document }: Booted, name: string): number {
  const task = document.programs.find((program) => program.name === name)!.task;
  const ends: readonly number[] = [RecordKind.TASK_EXIT, RecordKind.TASK_KILLED];
  return records.find((record) => record.task === task && ends.includes(record.kind))!.cpu;
}

/** Frames in the hands of a CPU when the last task had ended. */
function inHands({ records }: Booted, cpu: number): bigint {
  return records
    .filter(({ kind }) => kind === RecordKind.FRAMES_IN_HAND)
    .filter(({ value }) => Number(value >> 24n) === CounterMoment.ENDED && Number(value & 0xffffn) === cpu)
    .reduce((sum, { second }) => sum + second, 0n);
}

const ATTEMPTS = 5;

/** A CPU of QEMU's may be so late that the other one runs both programs: then again. */
async function bootApart(...request: Parameters<typeof bootPrograms>): Promise<Booted> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const booted = await bootPrograms(...request);
    if (cpuOf(booted, "take-all") !== cpuOf(booted, "fill-shelf")) return booted;
  }
  throw new Error(`one CPU ran both programs, ${ATTEMPTS} times`);
}

for (const machine of MACHINE_NAMES) {
  test(`blocks on the shelf of a CPU that sleeps are had by a program that wants all memory, on ${machine}`, async () => {
    const programs = ["tests/smp/programs/fill-shelf.ts", "tests/smp/programs/take-all.ts"];
    const wishes = { cpus: 2, frames: true, trace: false, memoryBytes: 96 * 2 ** 20 };
    const booted = await bootApart(machine, programs, wishes);
    const ends = booted.document.programs.map(({ exit, fault }) => [exit, fault?.reason]);
    assert.deepEqual(
      ends,
      [
        [0, undefined],
        [null, "no-memory"],
      ],
      booted.console,
    );
    const sleeper = cpuOf(booted, "fill-shelf");
    assert.equal(inHands(booted, sleeper), 0n);
  });
}
