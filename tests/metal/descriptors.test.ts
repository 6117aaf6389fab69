import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InterruptVector } from "../../kernel/cpu/interrupt-vector.ts";
import { compileKernelPart, startKernelPart } from "../support/kernel-module.ts";

/** What the platform gives the processor, where QEMU does not show it or is laxer than some processor. */
const TABLES = 0x10_0000n;
const IDT = TABLES + 4096n;
const USER_DATA = 0x23n;
const USER_CODE = 0x2bn;
const Msr = { SYSENTER_CS: 0x174, STAR: 0xc000_0081 };

const stores = new Map<bigint, bigint>();
const msrs = new Map<number, bigint>();

const part = startKernelPart(
  await compileKernelPart({ entry: "tests/metal/descriptors-entry.ts", platform: "metal" }),
  {
    "memory.kernelStore64": (at: bigint, value: bigint) => void stores.set(at, BigInt.asUintN(64, value)),
    "memory.kernelStore8": () => undefined,
    "mmu.readMsr": () => 0xd00n,
    "mmu.writeMsr": (index: number, value: bigint) => void msrs.set(index >>> 0, BigInt.asUintN(64, value)),
    "native.cpuBlock": () => 0x20_0000n,
    "cpu.cpuIndex": () => 0,
    "native.trapEntry": (vector: number) => 0x30_0000n + 16n * BigInt(vector),
    "native.syscallEntry": () => 0x30_1000n,
    "native.linearAddress": (at: number) => 0x40_0000n + BigInt(at),
    "native.writeDr7": () => undefined,
    "processor.portWrite8": () => undefined,
    "native.loadTables": () => undefined,
  },
);
part.functions["cpuInstall"]!(TABLES, 0x1000n, 0x2000n, 0x3000n, 0x4000n);

const privilegeOf = (selector: bigint) => (stores.get(TABLES + (selector & ~7n))! >> 45n) & 3n;

describe("a CPU's tables", () => {
  test("SYSRET's selectors are ring 3's, also where the processor takes them as they are (APM 3, SYSRET)", () => {
    const base = msrs.get(Msr.STAR)! >> 48n;
    assert.deepEqual([base + 8n, base + 16n], [USER_DATA, USER_CODE]);
    assert.deepEqual([privilegeOf(USER_DATA), privilegeOf(USER_CODE)], [3n, 3n]);
  });

  test("SYSENTER has no segment to enter", () => {
    assert.equal(msrs.get(Msr.SYSENTER_CS), 0n);
  });

  test("#DB, NMI, #DF, #MC and the request to flush have stacks of their own, and no other vector", () => {
    const vectors = Array.from({ length: 256 }, (_, vector) => vector);
    const withStack = vectors.filter((vector) => ((stores.get(IDT + 16n * BigInt(vector))! >> 32n) & 7n) !== 0n);
    assert.deepEqual(withStack, [1, 2, 8, 18, InterruptVector.SHOOTDOWN]);
  });
});
