/** A module that makes calls: it may have a device, and contiguous memory, and start and end others. */
import { taskNumber } from "nitros";
import { asModule, attemptCalls, ROUND } from "./attempts";
import { askTenant, findRegions } from "./draws";

export function makeCallsAsModule(): i32 {
  asModule();
  const heap = findRegions();
  askTenant();
  attemptCalls(heap ^ ((<u64>taskNumber()) << 56), ROUND);
  return 0;
}
