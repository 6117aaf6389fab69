import { Ending, load64, print, printLine, printNumber } from "nitros";
import { report, WRONG } from "./attempts";

/** How copies, or modules, have ended that made calls. */

let done: u32 = 0;
let deaths: u32 = 0;
let wrong: u32 = 0;

export function callsMade(): u32 {
  return done;
}

/** One could not even begin. */
export function countRefused(): void {
  done += 1;
}

/** What `wait` has stored at `address`, of the one with `seed`. */
export function judge(seed: u64, address: u64): void {
  const ending = load64(address);
  const status = <u32>(ending & Ending.STATUS);
  if ((ending & Ending.KILLED) != 0) {
    deaths += 1;
    done += 1;
  } else if ((status & WRONG) != 0) {
    wrong += 1;
    done += 1;
    report(seed, status);
  } else {
    done += max<u32>(1, status & 0xffff);
  }
}

/** What `main` returns. */
export function sayHowMany(): i32 {
  print("calls: ");
  printNumber(done);
  print(", died of theirs: ");
  printNumber(deaths);
  printLine("");
  return wrong == 0 ? 0 : 1;
}
