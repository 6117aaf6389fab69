/** The kernel's bootinfo, memory map and frames, alone, and the physical memory that they work on: what their tests call. */
export * from "../../kernel/bootinfo/bootinfo";
export * from "../../kernel/memory-map/memory-map";
export { framesInitialise } from "../../kernel/boot/frames";
export * from "../../kernel/frames/bring-up";
export * from "../../kernel/frames/allocator";
export * from "../../kernel/frames/nodes";
export { lockAddress, entryAddress, stateAddress, wordAddress } from "../../kernel/frames/table";
export { treeAdd, treeRemove } from "../../kernel/frames/trees";
export { drainTrace, traceEverything } from "../../kernel/trace/trace";
export { physLoad32, physLoad64, physLoad8, physStore32, physStore64, physStore8 } from "platform";
export { watchIfTraced } from "../../kernel/frames/watched";
import { ownCache } from "../../kernel/frames/cpu-cache";
import { locate } from "../../kernel/frames/locate";

/** The place of a frame in the frame table, which tests write to. */
export function ordinalOfFrame(frame: u32): u32 {
  return locate(ownCache(), frame);
}
