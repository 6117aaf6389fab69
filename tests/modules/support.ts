import assert from "node:assert/strict";
import { Access, SpaceMachine } from "../spaces/support/machine.ts";
import { walkHalf, Half, type Leaf } from "../spaces/support/tables.ts";
import { rootOf } from "../spaces/support/check.ts";

/** Modules in the spaces of the real kernel, over modelled RAM, and two CPUs whose TLBs are the model's. */
export const MODULES_ENTRY = {
  entry: "tests/spaces/modules-entry.ts",
  platform: "embedded",
  before: "tests/spaces/racing",
} as const;

const ZONE_FIRST_PAGE = 0x9000_0000_0000 / 4096;
const ZONE_END_PAGE = 0xa000_0000_0000 / 4096;

export class ModuleMachine extends SpaceMachine {
  constructor(module: WebAssembly.Module, hidden = 0) {
    super(module, hidden, undefined, "startWithModules");
  }

  makeModule(bytes: bigint): { space: number; base: bigint } {
    const space = this.call("makeModule", bytes);
    assert.notEqual(space, 0);
    return { space, base: BigInt.asUintN(64, this.kernel.wide("moduleBase", space)) };
  }

  /** Puts a space on a CPU, and makes accesses from there. */
  enter(cpu: number, space: number): void {
    this.call("onCpu", cpu);
    this.call("enterSpace", space);
  }

  leave(cpu: number): void {
    this.call("onCpu", cpu);
    this.call("leaveSpaces");
  }

  /** May a program on this CPU do so there? By its TLB, if that has the page. */
  may(address: bigint, access: number): boolean {
    return "at" in this.tryAccess(address, access);
  }

  /** The word that a program on this CPU reads there. */
  read(address: bigint): number {
    const found = this.tryAccess(address, Access.READ);
    assert.ok("at" in found, "it cannot be read");
    return this.words(found.at, 1)[0]!;
  }

  /** What `space` has mapped in the zone. */
  zoneOf(space: number): readonly Leaf[] {
    return walkHalf(this, rootOf(this, space), Half.UPPER).leaves.filter(
      ({ page }) => page >= ZONE_FIRST_PAGE && page < ZONE_END_PAGE,
    );
  }
}
