/** Keeps floating-point numbers in registers while other tasks run with theirs; each adds up a series of its own. */
import { printLine, taskNumber, yieldNow } from "nitros";

const STEPS: u32 = 40;

export function main(): i32 {
  const step = <f64>taskNumber() / 8.0;
  let sum: f64 = 0;
  let product: f64 = 1;
  for (let i: u32 = 0; i < STEPS; i++) {
    sum += step;
    product *= 1.0 + step;
    yieldNow();
  }
  let expected: f64 = 1;
  for (let i: u32 = 0; i < STEPS; i++) expected *= 1.0 + step;
  if (sum != step * <f64>STEPS || product != expected) return 1;
  if (sqrt(sum * sum) != sum || floor(sum + 0.25) != floor(sum) || <i32>(sum * 8.0) != <i32>(taskNumber() * STEPS))
    return 2;
  printLine("my numbers are my own");
  return 0;
}
