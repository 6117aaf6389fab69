import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compileKernelPart, KernelStopped, startKernelPart, type Replacements } from "../support/kernel-module.ts";

/** The metal platform's own TypeScript, upon a processor that the test plays. */
const compiled = await compileKernelPart({ entry: "tests/metal/serial-entry.ts", platform: "metal" });
const COM1 = 0x3f8;
const RDRAND = 1 << 30;

/** A 16550 that says it is busy every other time, and notes what is written where. */
function serialPort() {
  const written: [port: number, value: number][] = [];
  let asked = 0;
  const replacements: Replacements = {
    "processor.pause": () => undefined,
    "processor.portRead8": (port: number) => {
      assert.equal(port, COM1 + 5);
      return asked++ % 2 === 0 ? 0 : 0x60;
    },
    "processor.portWrite8": (port: number, value: number) => void written.push([port, value & 0xff]),
  };
  const text = () => String.fromCharCode(...written.filter(([port]) => port === COM1).map(([, value]) => value));
  return { replacements, written, text, asked: () => asked };
}

describe("the serial port", () => {
  test("is set up, and begins with the marker after which the kernel talks", () => {
    const port = serialPort();
    startKernelPart(compiled, port.replacements).functions["consoleOpen"]!();
    const settings = port.written.slice(0, 7).map(([at, value]) => [at - COM1, value]);
    assert.deepEqual(settings, [[1, 0], [3, 0x80], [0, 1], [1, 0], [3, 3], [2, 7], [4, 3]]); // prettier-ignore
    assert.equal(port.text().slice(1), "\u001b]nitros\u0007");
  });

  test("gets each byte when it has room", () => {
    const port = serialPort();
    const { functions, memory } = startKernelPart(compiled, port.replacements);
    const at = Number(functions["textAt"]!());
    new Uint8Array(memory.buffer).set(new TextEncoder().encode("frames\n"), at);
    functions["consoleWrite"]!(at, 7);
    assert.equal(port.text(), "frames\n");
    assert.equal(port.asked(), 14);
  });

  test("that never has room is not waited for for ever", () => {
    const port = serialPort();
    const { functions } = startKernelPart(compiled, { ...port.replacements, "processor.portRead8": () => 0 });
    functions["consoleWrite"]!(functions["textAt"]!(), 1);
    assert.equal(port.written.length, 1);
  });

  test("has sent all before the machine ends", () => {
    const port = serialPort();
    const { functions } = startKernelPart(compiled, {
      ...port.replacements,
      "processor.portWrite32": (at: number, value: number) => {
        throw new KernelStopped(`0x${at.toString(16)} gets ${value} after ${port.asked()} looks`);
      },
    });
    assert.throws(() => functions["exit"]!(7), /0xf4 gets 7 after 2 looks/);
  });
});

describe("entropy", () => {
  const drawn = (ecx: number, words: bigint[], time = 0n) => {
    let calls = 0;
    const { functions } = startKernelPart(compiled, {
      "processor.cpuid": () => ecx,
      "processor.rdrand": () => words[calls++] ?? 0n,
      "processor.clock": () => time,
    });
    return { value: functions["entropy64"]!(), calls };
  };

  test("is RDRAND's, tried again while it is dry", () => {
    assert.deepEqual(drawn(RDRAND, [5n]), { value: 5n, calls: 1 });
    assert.deepEqual(drawn(RDRAND, [0n, 0n, 9n]), { value: 9n, calls: 3 });
  });

  test("is the clock's after ten tries, and at once without RDRAND", () => {
    const { value, calls } = drawn(RDRAND, [], 1n);
    assert.equal(calls, 10);
    assert.deepEqual(drawn(~RDRAND, [5n], 1n), { value, calls: 0 });
    assert.notEqual(value, 0n);
    assert.notEqual(drawn(0, [], 2n).value, value);
  });
});

describe("a context", () => {
  test("that is started has its entry, its stack, ring 3's selectors and fresh floating point, and nothing else", () => {
    const { functions, memory } = startKernelPart(compiled);
    const context = Number(functions["contextAt"]!());
    new Uint8Array(memory.buffer, context, 688).fill(0xee);
    functions["contextStart"]!(context, 0x5000n, 0x7ff0n);
    const registers = new BigUint64Array(memory.buffer, context + 512, 22);
    assert.deepEqual([...registers], [...Array<bigint>(17).fill(0n), 0x5000n, 0x2bn, 0x202n, 0x7ff0n, 0x23n]);
    assert.equal(new DataView(memory.buffer).getUint16(context, true), 0x37f);
    assert.equal(new DataView(memory.buffer).getUint32(context + 24, true), 0x1f80);
  });

  test("that is forked has its parent's registers, and the floating point that is in the processor", () => {
    const { functions, memory } = startKernelPart(compiled, {
      "native.linearAddress": (at: number) => BigInt(at),
      "native.fxsave": (at: bigint) => void new Uint8Array(memory.buffer, Number(at), 464).fill(0x77),
    });
    const [parent, child] = [Number(functions["contextAt"]!()), Number(functions["secondContextAt"]!())];
    const registers = Uint8Array.from({ length: 176 }, (_, index) => index);
    new Uint8Array(memory.buffer, parent, 512).fill(0xee);
    new Uint8Array(memory.buffer, parent + 512, 176).set(registers);
    functions["contextFork"]!(parent, child);
    assert.deepEqual(new Uint8Array(memory.buffer, child, 464), new Uint8Array(464).fill(0x77));
    assert.deepEqual(new Uint8Array(memory.buffer, child + 512, 176), registers);
    const behind = new Uint8Array(memory.buffer, child + 688, 1024 - 688);
    assert.ok(behind.every((byte) => byte === 0));
  });
});

describe("a CPU's block", () => {
  const BLOCK = 0x10_0000n;
  const linear = (at: number) => 0x40_0000n + BigInt(at);

  for (const [held, expected] of [
    ["this", 0n],
    ["another", 0x1234n],
  ] as const) {
    test(`is rid of a context that is forgotten when it held ${held}`, () => {
      const words = new Map<bigint, bigint>();
      const { functions, memory } = startKernelPart(compiled, {
        "native.cpuBlock": () => BLOCK,
        "cpu.cpuIndex": () => 0,
        "native.linearAddress": linear,
        "memory.kernelLoad64": (at: bigint) => words.get(at) ?? 0n,
        "memory.kernelStore64": (at: bigint, value: bigint) => void words.set(at, value),
      });
      const context = Number(functions["contextAt"]!());
      new Uint8Array(memory.buffer, context, 688).fill(0xee);
      words.set(BLOCK + 8n, held === "this" ? linear(context) : 0x1234n);
      functions["contextForget"]!(context);
      assert.equal(words.get(BLOCK + 8n), expected);
      assert.deepEqual(new Uint8Array(memory.buffer, context, 688), new Uint8Array(688));
    });
  }

  test("says where the registers of the trap are: RSP, RIP and RFLAGS are not side by side", () => {
    const frame = 0x20_0000n;
    const place = (index: number, at: bigint) => {
      const { functions } = startKernelPart(compiled, {
        "native.cpuBlock": () => BLOCK,
        "cpu.cpuIndex": () => 0,
        "memory.kernelLoad64": (address: bigint) => (address === BLOCK + 32n ? at : (address - frame) / 8n),
      });
      return functions["trapRegister"]!(index);
    };
    assert.deepEqual(
      [0, 14, 15, 16, 17].map((index) => place(index, frame)),
      [0n, 14n, 20n, 17n, 19n],
    );
    assert.equal(place(3, 0n), 0n, "no trap is being answered");
  });
});
