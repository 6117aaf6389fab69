/** A program to be spawned. */
export function main(): i32 {
  return 0;
}
