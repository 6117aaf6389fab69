/** Wants all memory for a moment, and lets others go on; again and again. */
import { yieldNow } from "nitros";
import { ask, BOOK } from "./books";
import { surge } from "./surges";

const SURGES: u32 = 60;

export function main(): i32 {
  // It needs some memory before it serves.
  ask(BOOK);
  for (let i: u32 = 0; i < SURGES; i++) {
    surge();
    yieldNow();
  }
  return 0;
}
