/** A family that makes calls. Each round is a copy's, so that it may unmap what it stands on. What `main` returns. */
import { fork, load64, messageBuffer, taskNumber, wait } from "nitros";
import { asFamily, attemptCalls, ROUND } from "./attempts";
import { askTenant, draw, findRegions, seedDraws } from "./draws";
import { noteReceived } from "./handles";
import { CALLS } from "./knowledge";
import { callsMade, countRefused, judge, sayHowMany } from "./rounds";

const GOT_AT: u64 = 4072;

let heap: u64 = 0;

export function makeCalls(): i32 {
  heap = findRegions();
  asFamily(taskNumber());
  askTenant();
  noteReceived(load64(messageBuffer() + GOT_AT));
  seedDraws(heap ^ ((<u64>taskNumber()) << 56) ^ 0x9e37_79b9_7f4a_7c15);
  while (callsMade() < CALLS) round();
  return sayHowMany();
}

function round(): void {
  const seed = draw();
  const child = fork();
  if (child == 0) attemptCalls(seed, ROUND);
  if (child <= 0) return countRefused();
  wait(heap);
  judge(seed, heap);
}
