import type { BenchMachineName } from "../cli/values.ts";
import { benchBesideLinux } from "./beside-linux.ts";
import type { Figure } from "./figure.ts";
import type { BenchResult } from "./result.ts";
import { SPACES_NUMBERS } from "./spaces-table.ts";

/** `nitros bench syscalls`: what calls cost a program, those on handles included. */
export async function benchSyscalls(machines: readonly BenchMachineName[]): Promise<BenchResult[]> {
  return benchBesideLinux("syscalls", SYSCALLS_NUMBERS, machines);
}

/** Those that `nitros bench spaces` has, too. */
const SHARED = ["syscall.null", "map.pair", "brk.pair"];

export const SYSCALLS_NUMBERS: readonly Figure[] = [
  ...SPACES_NUMBERS.filter(({ name }) => SHARED.includes(name)),
  { name: "shm.map", per: "page", target: { atMost: 400 }, recorded: 1992 },
  { name: "message.roundtrip", per: "round trip", target: { atMost: 700 }, recorded: 10_386 },
  { name: "pager.fault", per: "page", target: { atMost: 2000 }, isWithoutPeer: true },
  { name: "pager.page", per: "page", isWithoutPeer: true },
];
