import assert from "node:assert/strict";
import { test } from "node:test";
import { writeCpio } from "../../bench/linux/cpio.ts";

/** Reads the archive by the format's own words: 6 characters, 13 fields of 8 hexadecimal digits, name, contents, each padded to 4. */
function readCpio(archive: Buffer) {
  const files = [];
  let at = 0;
  for (;;) {
    assert.equal(archive.toString("latin1", at, at + 6), "070701");
    const field = (index: number) => parseInt(archive.toString("latin1", at + 6 + index * 8, at + 14 + index * 8), 16);
    const [mode, size, nameBytes, device] = [field(1), field(6), field(11), [field(9), field(10)]];
    const nameAt = at + 110;
    const path = archive.toString("utf8", nameAt, nameAt + nameBytes - 1);
    assert.equal(archive[nameAt + nameBytes - 1], 0);
    const contentsAt = Math.ceil((nameAt + nameBytes) / 4) * 4;
    at = Math.ceil((contentsAt + size) / 4) * 4;
    if (path === "TRAILER!!!") return { files, end: at };
    files.push({
      path,
      mode,
      device,
      contents: archive.subarray(contentsAt, contentsAt + size),
    });
  }
}

test("an archive of files, folders and devices reads as it was written", () => {
  const contents = Buffer.from("five.");
  const archive = writeCpio([
    { path: "dev", mode: 0o040755 },
    { path: "dev/console", mode: 0o020600, device: { major: 5, minor: 1 } },
    { path: "init", mode: 0o100755, contents },
  ]);
  const { files, end } = readCpio(archive);
  assert.equal(end, archive.length);
  assert.deepEqual(files, [
    { path: "dev", mode: 0o040755, device: [0, 0], contents: Buffer.alloc(0) },
    { path: "dev/console", mode: 0o020600, device: [5, 1], contents: Buffer.alloc(0) },
    { path: "init", mode: 0o100755, device: [0, 0], contents },
  ]);
});
