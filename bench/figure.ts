import type { BenchTarget } from "./result.ts";

/** A number that is measured: PERFORMANCE, "Spaces and calls". */
export interface Figure {
  readonly name: string;
  /** What an operation is. */
  readonly per: string;
  readonly target?: BenchTarget;
  /** Linux 6.1's figure as it was taken before there was a peer in the same run. */
  readonly recorded?: number;
  /** Linux has nothing of the kind, and its program measures nothing by this name. */
  readonly isWithoutPeer?: boolean;
}
