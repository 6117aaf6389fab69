import assert from "node:assert/strict";
import { before, test } from "node:test";
import { BadProgramName, composeBootConfig } from "../../machine/boot-config.ts";
import { buildLoaderWasm } from "../../tools/build/loader.ts";
import { bootError, programElf } from "./support/boot.ts";

before(async () => {
  await buildLoaderWasm();
});

/** Text of boot.cfg: the error's name, and what of it must be in the message. */
const badConfigs: readonly (readonly [config: string, reason: string, message: string])[] = [
  ["bogus=1\n", "UnknownConfigKey", 'boot.cfg line 1 has the unknown key "bogus"'],
  ["\n# x\nSeed=0x1\n", "UnknownConfigKey", 'boot.cfg line 3 has the unknown key "Seed"'],
  ["seed\n", "BadConfigLine", 'line 1 wants key=value, not "seed"'],
  ["=1\n", "UnknownConfigKey", 'unknown key ""'],
  ["seed=12\n", "BadConfigValue", 'hexadecimal digits, not "12"'],
  ["seed=0x\n", "BadConfigValue", 'not "0x"'],
  ["seed=0x1g\n", "BadConfigValue", 'not "0x1g"'],
  ["seed=0x12345678123456781\n", "BadConfigValue", 'not "0x12345678123456781"'],
  ["seed=0x1\nseed=0x1\n", "RepeatedConfigKey", "boot.cfg line 2 sets again the key"],
  ["aslr=yes\n", "BadConfigValue", 'line 1 wants on or off, not "yes"'],
  ["colour=\n", "BadConfigValue", 'not ""'],
  ["trace=ON\n", "BadConfigValue", 'not "ON"'],
  ["cpus=-1\n", "BadConfigValue", 'line 1 wants cpus= and 0 to 4095, not "-1"'],
  ["cpus=4096\n", "BadConfigValue", 'not "4096"'],
  ["cpus=99999999999999999999\n", "BadConfigValue", "cpus="],
  ["turn=10001\n", "BadConfigValue", 'line 1 wants turn= and 0 to 10000, not "10001"'],
  ["turn=soon\n", "BadConfigValue", 'not "soon"'],
  ["patience=3600001\n", "BadConfigValue", 'line 1 wants patience= and 0 to 3600000, not "3600001"'],
  ["fail-allocation=0\n", "BadConfigValue", 'line 1 wants fail-allocation= and 1 to 4294967295, not "0"'],
  ["fail-allocation=4294967296\n", "BadConfigValue", 'not "4294967296"'],
  ["fail-allocation=first\n", "BadConfigValue", 'not "first"'],
  ["crash=now\n", "BadConfigValue", 'unknown kind of crash "now"'],
  ["program=\n", "BadConfigValue", 'impossible program name ""'],
  ["program=..\\kernel\n", "BadConfigValue", 'impossible program name "..\\kernel"'],
  ["program=.hidden\n", "BadConfigValue", "impossible program name"],
  [`program=${"x".repeat(48)}\n`, "BadConfigValue", "impossible program name"],
  ["caf\u00e9=1\n", "UnknownConfigKey", 'unknown key "caf??"'],
  ["\0\0\0\n", "BadConfigLine", 'not "???"'],
  [`${"y".repeat(5000)}\n`, "BadConfigLine", `"${"y".repeat(80)}..."`],
];

for (const [config, reason, message] of badConfigs) {
  test(`boot.cfg ${JSON.stringify(config.slice(0, 40))} is ${reason}`, () => {
    const error = bootError({ config });
    assert.equal(error.reason, reason);
    assert.equal(error.status, 64);
    assert.ok(error.message.includes(message), error.message);
  });
}

test("a program too many", () => {
  const programs = Array.from({ length: 65 }, (_, index) => ({ name: `p${index}`, image: programElf() }));
  const error = bootError({ programs });
  assert.equal(error.reason, "TooManyPrograms");
  assert.equal(error.status, 64);
  assert.match(error.message, /names program p64, but there can be no more than 64/);
});

test("no boot.cfg, an empty one, one too large, a folder in its place", () => {
  const path = "\\nitros\\boot.cfg";
  const missing = bootError({ edit: (disk) => disk.delete(path) });
  assert.deepEqual([missing.reason, missing.status], ["FileMissing", 1]);
  assert.ok(missing.message.includes(path));
  assert.equal(bootError({ config: "" }).reason, "FileEmpty");
  assert.equal(bootError({ config: "#".repeat(65537) }).reason, "FileTooLarge");
  const folder = bootError({
    edit: (disk) => {
      disk.delete(path);
      disk.set(`${path}\\inside`, new Uint8Array(1));
    },
  });
  assert.equal(folder.reason, "FileUnreadable");
});

test("composeBootConfig writes what the contract says", () => {
  const programs = [{ name: "hello" }, { name: "hello" }];
  const request = {
    seed: 255n,
    aslr: false,
    colour: true,
    trace: false,
    cpus: 3,
    turnMilliseconds: 7,
    patienceMilliseconds: 70,
    crash: "write-text",
    failAllocation: 3,
    programs,
  } as const;
  const lines = composeBootConfig(request).split("\n");
  assert.ok(lines[0]!.startsWith("#"));
  const settings = [
    "seed=0xff",
    "aslr=off",
    "colour=on",
    "trace=off",
    "cpus=3",
    "turn=7",
    "patience=70",
    "crash=write-text",
    "fail-allocation=3",
  ];
  assert.deepEqual(lines.slice(1), [...settings, "program=hello", "program=hello", ""]);
});

test("composeBootConfig refuses a name that could be no file's", () => {
  const settings = {
    seed: undefined,
    aslr: true,
    colour: false,
    trace: false,
    cpus: 1,
    crash: undefined,
    failAllocation: undefined,
  };
  for (const name of ["", "../x", "a b", "x".repeat(48), "a\nseed=0x1"]) {
    assert.throws(() => composeBootConfig({ ...settings, programs: [{ name }] }), BadProgramName);
  }
});
