import assert from "node:assert/strict";
import fc from "fast-check";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { Access, Feature } from "../spaces/support/machine.ts";
import { ModuleMachine } from "./support.ts";

/**
 * Modules come and go, and two CPUs run them and others, against what must be so: whoever looks, from whatever CPU, whatever it has cached, reads
 * what the owner of a module wrote, may neither write nor execute it unless it is the owner, and finds nothing where a module has been.
 */
const UNIT = 0x1_0000n;
const KINDS = [0n, 1n, 2n] as const;
const [TEXT, , DATA] = KINDS;

interface Living {
  readonly space: number;
  readonly base: bigint;
  /** Of its data's first word. */
  word: number;
}

type Step =
  | { readonly kind: "load" | "unload"; readonly which: number }
  | { readonly kind: "enter"; readonly cpu: number; readonly who: number }
  | { readonly kind: "write"; readonly which: number; readonly value: number }
  | { readonly kind: "look"; readonly cpu: number };

const which = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("load"), which }),
  fc.record({ kind: fc.constant("unload"), which }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("enter"), cpu: fc.nat(1), who: fc.nat(5) }) },
  fc.record({ kind: fc.constant("write"), which, value: fc.nat() }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("look"), cpu: fc.nat(1) }) },
) as fc.Arbitrary<Step>;

export const ZONE_RUNS = 60;

/** A CPU that has left a space comes back to it, and finds what it kept: chance seldom lets nobody look meanwhile. */
export const KNOWN: [boolean, Step[]][] = [
  [
    true,
    [
      { kind: "load", which: 0 },
      { kind: "enter", cpu: 1, who: 0 },
      { kind: "look", cpu: 1 },
      { kind: "enter", cpu: 1, who: 1 },
      { kind: "unload", which: 0 },
      { kind: "enter", cpu: 1, who: 0 },
      { kind: "look", cpu: 1 },
    ],
  ],
];

/** Some of this seed's runs have PCIDs, and some have not. */
export function zoneBehaves(module: WebAssembly.Module): fc.IPropertyWithHooks<[boolean, Step[]]> {
  return fc.property(fc.boolean(), fc.array(step, { minLength: 4, maxLength: 30 }), (hasContexts, steps) => {
    const scene = new Scene(new ModuleMachine(module, hasContexts ? 0 : Feature.PCID));
    for (const one of steps) scene.perform(one);
    scene.end();
  });
}

class Scene {
  readonly #others: readonly number[];
  readonly #living: (Living | undefined)[] = [];
  /** Where modules have been, and are not any more. */
  readonly #gone: bigint[] = [];
  readonly #on: number[] = [0, 0];
  readonly #framesBefore: number;

  constructor(private readonly machine: ModuleMachine) {
    this.#others = [machine.call("makeSpace"), machine.call("makeSpace")];
    this.#framesBefore = this.#frames();
  }

  perform(one: Step): void {
    if (one.kind === "load") this.#load(one.which);
    else if (one.kind === "unload") this.#unload(one.which);
    else if (one.kind === "write") this.#write(one.which, one.value);
    else if (one.kind === "enter") this.#enter(one.cpu, one.who);
    else if (one.kind === "look") this.#look(one.cpu);
  }

  end(): void {
    for (let i = 0; i < 4; i++) this.#unload(i);
    for (const cpu of [0, 1]) this.#look(cpu);
    for (const cpu of [1, 0]) this.machine.leave(cpu);
    assert.equal(this.#frames(), this.#framesBefore, "frames of pages and tables that did not come back");
    assert.equal(this.machine.call("validate"), 0);
    assert.equal(this.machine.kernel.wide("findMisplaced"), 0n);
  }

  #frames(): number {
    return this.machine.call("ownedFrames", FrameOwner.USER) + this.machine.call("ownedFrames", FrameOwner.PAGE_TABLE);
  }

  #load(which: number): void {
    if (this.#living[which] !== undefined) return;
    const { space, base } = this.machine.makeModule(UNIT);
    this.#living[which] = { space, base, word: 0 };
    for (let i = this.#gone.length - 1; i >= 0; i--) if (this.#gone[i] === base) this.#gone.splice(i, 1);
    assert.equal(this.machine.kernel.wide("findMisplaced"), 0n, "the template lets others write or execute");
  }

  #unload(which: number): void {
    const module = this.#living[which];
    if (module === undefined) return;
    for (const cpu of [0, 1]) if (this.#on[cpu] === module.space) this.#leave(cpu);
    this.machine.call("onCpu", 0);
    this.machine.call("endSpace", module.space);
    this.#living[which] = undefined;
    this.#gone.push(module.base);
  }

  #leave(cpu: number): void {
    this.machine.leave(cpu);
    this.#on[cpu] = 0;
  }

  #enter(cpu: number, who: number): void {
    const space = who < 2 ? this.#others[who]! : this.#living[who - 2]?.space;
    if (space === undefined || this.#on[1 - cpu] === space) return;
    this.machine.enter(cpu, space);
    this.#on[cpu] = space;
  }

  /** Its owner does, on the CPU that runs it. */
  #write(which: number, value: number): void {
    const module = this.#living[which];
    const cpu = module === undefined ? -1 : this.#on.indexOf(module.space);
    if (module === undefined || cpu < 0) return;
    this.machine.call("onCpu", cpu);
    const found = this.machine.tryAccess(module.base + DATA * UNIT, Access.WRITE);
    assert.ok("at" in found, "its owner cannot write it");
    this.machine.words(found.at, 1)[0] = value;
    module.word = value;
  }

  /** Whatever runs on the CPU looks at everything there is and was. */
  #look(cpu: number): void {
    const space = this.#on[cpu]!;
    if (space === 0) return;
    this.machine.call("onCpu", cpu);
    for (const base of this.#gone) {
      for (const kind of KINDS) assert.ok(!this.machine.may(base + kind * UNIT, Access.READ), "it has gone");
    }
    for (const module of this.#living) if (module !== undefined) this.#lookAt(module, module.space === space);
  }

  #lookAt({ base, word }: Living, isOwner: boolean): void {
    const { machine } = this;
    assert.equal(machine.read(base + DATA * UNIT), word);
    for (const kind of KINDS) {
      const at = base + kind * UNIT + 0x3000n;
      assert.ok(machine.may(at, Access.READ));
      assert.equal(machine.may(at, Access.WRITE), isOwner && kind === DATA, "written");
      assert.equal(machine.may(at, Access.FETCH), isOwner && kind === TEXT, "executed");
    }
  }
}
