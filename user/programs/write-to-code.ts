/** Writing to one's own code: text is readable and executable, never writable. */
import { load8, printLine, store8, textStart } from "nitros";

export function main(): i32 {
  const byte = load8(textStart());
  printLine("I can read my code. Writing one byte of it back.");
  store8(textStart(), byte);
  printLine("This line must never appear.");
  return 0;
}
