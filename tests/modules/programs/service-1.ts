/** Version 1 of a module that says which version it is, to whoever asks. */
import { serve } from "./serve";

export function main(): i32 {
  return serve(1);
}
