/** What TypeScript does of metal's processor: serial port, entropy, contexts, the trap's registers. */
export {
  consoleOpen,
  consoleWrite,
  contextFork,
  contextForget,
  contextStart,
  entropy64,
  exit,
  trapRegister,
} from "platform";

export function textAt(): usize {
  return memory.data(16);
}

export function contextAt(): usize {
  return memory.data(1024, 64);
}

export function secondContextAt(): usize {
  return memory.data(1024, 64);
}
