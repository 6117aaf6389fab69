import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KernelExports } from "../../machine/embedded/exports.ts";
import { bootSources } from "./support/boot.ts";

/** A bit that is reserved in an entry of a task's tables is the kernel's mistake, whoever runs into it: the machine ends, and no task does (SDM 3A 4.7). */

const PANIC_STATUS = 70;
/** Where nothing was accessed, so that no processor has cached what leads there. */
const PAGE = 0x3000_4000_0000n;
/** Beyond the 40 bits of addresses that the model has. */
const RESERVED = 1n << 51n;

const READER = `
import { load64, MapFlag, mmap, printLine, Protect } from "nitros";
export function main(): i32 {
  const flags = MapFlag.PRIVATE | MapFlag.ANONYMOUS | MapFlag.POPULATE | MapFlag.FIXED;
  if (mmap(${PAGE}, 4096, Protect.READ | Protect.WRITE, flags) != ${PAGE}) return 1;
  printLine("now");
  return <i32>load64(${PAGE});
}
`;

/** Sets the bit in the entry of `level` on the way to PAGE; 0: in none. */
function damage(kernel: KernelExports, level: number): void {
  let table = kernel.readCr3() & ~0xfffn;
  for (let at = 4; at >= level && level !== 0; at--) {
    const slot = kernel.ramAt(table + ((PAGE >> BigInt(9 * at)) & 0xff8n));
    const words = new DataView(kernel.memory.buffer);
    const entry = words.getBigUint64(slot, true);
    assert.equal(entry & 1n, 1n, `an entry of level ${at}`);
    if (at === level) words.setBigUint64(slot, entry | RESERVED, true);
    table = entry & 0xff_ffff_f000n;
  }
}

async function bootDamaged(level: number): Promise<{ status: number; console: string }> {
  let kernel: KernelExports | undefined;
  return bootSources(
    { reader: READER },
    {
      withKernel: (exports) => (kernel = exports),
      whenItSays: (text) => {
        if (/\| now$/m.test(text)) damage(kernel!, level);
      },
    },
  );
}

describe("a reserved bit in a task's tables", () => {
  for (const level of [1, 2]) {
    test(`of level ${level} ends the machine`, async () => {
      const { status, console } = await bootDamaged(level);
      assert.equal(status, PANIC_STATUS, console);
      assert.match(console, /KERNEL PANIC: page fault in the kernel/);
      assert.match(console, new RegExp(PAGE.toString(16)));
      assert.doesNotMatch(console, /\(reader\) killed/);
    });
  }

  test("is what does it: without one the program ends well", async () => {
    const { status, console } = await bootDamaged(0);
    assert.equal(status, 0, console);
  });
});
