import { becomeCpu } from "../host";
import { meet, pair } from "../../bench/measured";
import { Kernel } from "../../bench/supplies";

/**
 * What must never be: two threads that are both CPU 0, whose words they then share without a lock. `argument`: threads, and above bit 8
 * the pairs. Shows that the thread sanitizer sees what the allocator does.
 */
export function impostor(cpu: u32, argument: u64): u64 {
  becomeCpu(0);
  meet(argument & 0xff);
  pair<Kernel>(argument >> 8);
  return 0;
}
