/**
 * Who may go on when a processor is started (its word in `lines.ts`):
 *
 *     NONE --(1)--> ASKED --(2)--> COMING --(3)--> UP
 *       ▲─────(4)─────┘
 *
 *     1 the first CPU is about to start it   2 it is there   3 it can be interrupted   4 it was not there in time, and must not come
 */
export namespace StartState {
  export const NONE: u64 = 0;
  export const ASKED: u64 = 1;
  export const COMING: u64 = 2;
  export const UP: u64 = 3;
}
