import type { Draws } from "../../support/draws.ts";
import {
  LoadingMachine,
  MODULE,
  MODULE_SLOT_PAGES,
  MODULE_ZONE_PAGE,
  PROGRAM_PIECES,
  UNUSED_PAGES,
  USER_SLOT_PAGES,
} from "./loading.ts";

/** Places of tasks that the kernel loads, one after another. */

/** What of a program is drawn, in the order of PROGRAM_PIECES. */
export function programDraws(module: WebAssembly.Module, seed: bigint, tasks: number): Draws[] {
  const machine = new LoadingMachine(module, seed);
  const bases = Array.from({ length: tasks }, () => machine.basesOfProgram());
  return PROGRAM_PIECES.map(({ name, slot, room }, index) => ({
    name,
    count: USER_SLOT_PAGES - room,
    places: bases.map((ofTask) => ofTask[index]! - slot * USER_SLOT_PAGES),
  }));
}

/** A module's slot, and where in the slot its image is. */
export function moduleDraws(module: WebAssembly.Module, seed: bigint, tasks: number): Draws[] {
  const machine = new LoadingMachine(module, seed);
  const pages = Array.from({ length: tasks }, () => machine.baseOfModule() - MODULE_ZONE_PAGE);
  return [
    { name: "slot", count: 32, places: pages.map((page) => Math.floor(page / MODULE_SLOT_PAGES)) },
    {
      name: "base in the slot",
      count: MODULE_SLOT_PAGES - UNUSED_PAGES - MODULE.room,
      places: pages.map((page) => (page % MODULE_SLOT_PAGES) - UNUSED_PAGES),
    },
  ];
}
