import { portCreate, portName, receive, reply, setWord } from "nitros";

/** Until nobody is left who could ask, or it is ended from outside. */
export function serve(version: u64): i32 {
  const port = portCreate(portName("service"));
  if (port < 0) return 1;
  while (receive(<u64>port) == 1) {
    setWord(0, version);
    if (reply(1) < 0) return 2;
  }
  return 0;
}
