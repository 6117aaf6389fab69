import { physAdd64, physLoad64 } from "platform";
import { nodeWordAddress } from "./table";

/** The words in which nodes are counted. */

/** One of `NodeCount`, as of about now. */
export function nodeCountOf(node: u32, what: u32): u64 {
  return physLoad64(nodeWordAddress(node, what));
}

export function addNodeCount(node: u32, what: u32, frames: i64): void {
  physAdd64(nodeWordAddress(node, what), <u64>frames);
}
