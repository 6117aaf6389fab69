import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { MACHINE_NAMES } from "../../cli/values.ts";
import { buildFolder } from "../../tools/build/assemblyscript.ts";
import { bootPrograms, sourceText } from "../support/boot.ts";
import { abiErrors, abiValues, documentedCalls, documentedValues } from "../support/syscalls-page.ts";

/** docs/SYSCALLS.md says what kernel/syscalls/abi.ts says, and its examples do what they say. */

const { Call, ...values } = abiValues();
const calls = documentedCalls();

/** The union of flags. */
const ALL = "ALL";
/** The kernel's own bounds: nothing that anybody passes. */
const BOUNDS: ReadonlySet<string> = new Set([ALL, "AT_HAND"]);

test("the page has every call, in the order of their numbers", () => {
  const documented = calls.map(({ name, number }) => [name.toUpperCase(), number]);
  assert.deepEqual(documented, Object.entries(Call!));
});

test("the page has every flag, kind, bit and error with its value", () => {
  const wanted = Object.entries(values).map(([name, constants]) => [
    name,
    Object.fromEntries(Object.entries(constants).filter(([constant]) => !BOUNDS.has(constant))),
  ]);
  assert.deepEqual(documentedValues(), Object.fromEntries(wanted));
});

test("ALL is the union of the flags beside it", () => {
  for (const [name, { [ALL]: all, ...flags }] of Object.entries(values)) {
    if (all === undefined) continue;
    const union = Object.values(flags).reduce((bits, flag) => bits | flag, 0n);
    assert.equal(all, union, name);
  }
});

test("the page names the errors that the comment in abi.ts names, each of them one that there is", () => {
  const commented = abiErrors();
  for (const { name, errors } of calls) {
    assert.deepEqual([...errors].sort(), commented[name.toUpperCase()] ?? [], name);
    for (const error of errors) assert.ok(error in values["Errno"]!, `${name}: ${error}`);
  }
});

test("every call has a function in the library, which its example calls", () => {
  const library = `${sourceText("user/nitros/calls.ts")}${sourceText("user/nitros/messages.ts")}`;
  for (const { name, example } of calls) {
    const [, wrapper] = new RegExp(`function (\\w+)\\([^}]*?Call\\.${name.toUpperCase()},`).exec(library) ?? [];
    assert.ok(wrapper, `no function makes the call ${name}`);
    // `info` has a function for each kind.
    const isCalled = example.includes(`${wrapper}(`) || wrapper === "info";
    assert.ok(isCalled, `the example of ${name} does not call ${wrapper}`);
  }
});

for (const machine of MACHINE_NAMES) {
  test(`the examples, one after the other, are a program that ends well on ${machine}`, async () => {
    const { document, console } = await bootPrograms(machine, [exampleProgram()]);
    const [report] = document.programs;
    assert.equal(report!.exit, 0, console);
    assert.equal(report!.output, "!", "what log writes");
  });
}

/** A source file under build/ whose `main` is the examples, each a block. Its path, from the project's root. */
function exampleProgram(): string {
  const libraries = ["calls", "machine", "messages", "print"]
    .map((name) => sourceText(`user/nitros/${name}.ts`))
    .join("\n");
  const functions = [...libraries.matchAll(/^export (?:declare )?function (\w+)/gm)].map(([, name]) => name!);
  const constants = [...libraries.matchAll(/^export \{ (.*) \} from/gm)].map(([, names]) => names!);
  const blocks = calls.map(({ example }) => `{\n${example}}\n`).join("");
  const source = `import { ${[...functions, ...constants].join(", ")} } from "nitros";
export function main(): i32 {
${blocks}return 0;
}
`;
  mkdirSync(join(buildFolder, "tests"), { recursive: true });
  writeFileSync(join(buildFolder, "tests/examples.ts"), source);
  return "build/tests/examples.ts";
}
