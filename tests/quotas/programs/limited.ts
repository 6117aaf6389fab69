/** The same, with a quota of its own. */
import { Quota, quotaLimit } from "nitros";

export function main(): i32 {
  return quotaLimit(Quota.FRAMES) == 120 ? 0 : 1;
}
