import assert from "node:assert/strict";
import { test } from "node:test";
import { benchTlb } from "../../bench/tlb.ts";

test("nitros bench tlb: flushing all is read again, pages that were invalidated are not; the more is cached, the more an INVLPG may cost", async () => {
  const found = new Map((await benchTlb(["embedded"])).map(({ name, value }) => [name, value]));
  for (const layout of ["neighbours", "strangers"]) {
    const worth = [64, 128, 256, 512].map((count) => found.get(`tlb.worth.${layout}.${count}`)!);
    assert.deepEqual(
      worth.toSorted((a, b) => a - b),
      worth,
    );
    assert.equal(found.get(`tlb.pages.${layout}.512`), 0);
  }
  // Root, two tables between, and an entry for each of 480 pages; strangers have a table each, and one between for 512 of them.
  assert.equal(found.get("tlb.all.neighbours.512"), 480 + 3);
  assert.equal(found.get("tlb.all.strangers.512"), 2 * 480 + 2);
  assert.deepEqual(await benchTlb(["qemu", "hosted"]), []);
});
