import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nitros } from "../support/command.ts";

/** Bad usage: status 64, a sentence on stderr that names what was found, nothing on stdout. */
const bad: readonly { readonly args: readonly string[]; readonly says: RegExp }[] = [
  { args: [], says: /Usage: nitros/ },
  { args: ["bot"], says: /unknown command 'bot'[\s\S]*boot/ },
  { args: ["boot", "--memroy", "1G"], says: /--memroy[\s\S]*--memory/ },
  { args: ["boot", "--memory"], says: /--memory.*argument missing/ },
  { args: ["boot", "--memory", "lots"], says: /'lots'.*number of bytes/ },
  { args: ["boot", "--memory", "1000"], says: /'1000'.*4096/ },
  { args: ["boot", "--memory", "17T"], says: /'17T'.*16T/ },
  { args: ["boot", "--memory", "-1M"], says: /-1M/ },
  { args: ["boot", "--memory", "1T"], says: /--memory 1T: the embedded machine has 512G at most/ },
  { args: ["boot", "--memory", "66001K", "--machine", "qemu"], says: /'66001K'.*4096/ },
  {
    args: ["boot", "--memory", "66000K", "--machine", "qemu"],
    says: /--memory 66000K: the qemu machine .* units of 1M/,
  },
  { args: ["boot", "--machine", "quemu"], says: /"quemu".*Did you mean qemu/ },
  { args: ["boot", "--cpus", "0"], says: /'0'/ },
  { args: ["boot", "--cpus", "65"], says: /--cpus 65: the kernel runs 64 at most/ },
  { args: ["boot", "--patience", "3600001"], says: /'3600001'.*milliseconds from 0 to 3600000/ },
  { args: ["boot", "--turn", "10001"], says: /'10001'.*milliseconds from 0 to 10000/ },
  { args: ["boot", "--numa", "17"], says: /--numa 17: 17 nodes: the kernel has room for 16/ },
  { args: ["boot", "--numa", "4", "--memory", "48M"], says: /--numa 4: 4 nodes in 48 MiB: .* 16 MiB .* at most 3/ },
  { args: ["boot", "--seed", "0x10000000000000000"], says: /64 bits/ },
  { args: ["boot", "--seed", "dice"], says: /'dice'/ },
  { args: ["boot", "--timeout", "0"], says: /'0'.*seconds/ },
  { args: ["boot", "--timeout", "soon"], says: /'soon'.*seconds/ },
  { args: ["boot", "--without", "nx,smpe"], says: /"smpe".*Did you mean smep/ },
  { args: ["boot", "--crash", "everything"], says: /"everything" is none of write-text/ },
  { args: ["boot", "--frames", "owner"], says: /"owner".*Did you mean owners/ },
  { args: ["boot", "--frames", "0x1000"], says: /"0x1000" is none of owners, counters/ },
  { args: ["boot", "--frames", "p0x10000000000000"], says: /Physical addresses have 52 bits/ },
  { args: ["boot", "--frames", "owners", "--json"], says: /--json and --frames/ },
  { args: ["boot", "--fail-allocation", "0"], says: /'0'.*whole number from 1/ },
  { args: ["boot", "helo"], says: /"helo".*Did you mean hello/ },
  { args: ["boot", "xyzzyplugh"], says: /"xyzzyplugh".*nitros programs/ },
  { args: ["boot", "./no/such/file.ts"], says: /no file .*\/no\/such\/file\.ts/ },
  { args: ["boot", "tests/cli"], says: /tests\/cli is not a file/ },
  { args: ["boot", "./package.json"], says: /package\.json is not TypeScript/ },
  { args: ["boot", "--trace", "/no/such/folder/trace"], says: /--trace \/no\/such\/folder\/trace: ENOENT/ },
  { args: ["boot", "--firmware", "/no/such/map.json"], says: /\/no\/such\/map\.json/ },
  { args: ["boot", "--firmware", "tests/cli/flags.test.ts"], says: /flags\.test\.ts/ },
  { args: ["boot", "--machine", "qemu", "--firmware", "map.json"], says: /--firmware: on QEMU the firmware is real/ },
  { args: ["boot", "--firmware", "map.json", "--memory", "1G"], says: /--memory and --firmware: the map says/ },
  { args: ["boot", "--machine", "qemu", "--memory", "8M"], says: /--memory 8M: OVMF in QEMU needs 64M/ },
  { args: ["boot", ...Array<string>(65).fill("hello")], says: /65 programs: .* at most 64/ },
  { args: ["bench", "bot"], says: /"bot".*Did you mean boot/ },
  { args: ["image"], says: /missing required argument 'file'/ },
  { args: ["image", "/no/such/folder/usb.img"], says: /there is no folder \/no\/such\/folder/ },
  { args: ["image", "docs"], says: /docs is a folder/ },
  { args: ["programs", "extra"], says: /too many arguments/ },
];

describe("bad usage is status 64 and says what was found", { concurrency: 2 }, () => {
  for (const { args, says } of bad) {
    test(`nitros ${args.slice(0, 5).join(" ")}`, async () => {
      const { status, stdout, stderr } = await nitros(args);
      assert.match(stderr, says);
      assert.equal(status, 64);
      assert.equal(stdout, "");
      assert.doesNotMatch(stderr, /\n {4}at /, "a stack trace is no message for a user");
    });
  }
});

describe("what is asked for is no error", () => {
  test("--help", async () => {
    const { status, stdout } = await nitros(["boot", "--help"]);
    assert.equal(status, 0);
    for (const flag of ["--machine", "--memory", "--seed", "--json", "--crash"]) assert.ok(stdout.includes(flag), flag);
  });

  test("--version", async () => {
    const { status, stdout } = await nitros(["--version"]);
    assert.equal(status, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  });
});
