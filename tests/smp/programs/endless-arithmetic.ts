/** Calculates without a call, and never ends: on the embedded machine nothing interrupts that. */
export function main(): i32 {
  let value: u64 = 1;
  while (value != 0) value = value * 6364136223846793005 + 1442695040888963407;
  return 1;
}
