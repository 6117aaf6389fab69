/** What must not outlive this process, however it ends: another process, a folder. (SIGKILL alone gives no chance.) */
const endings = new Set<() => void>();

/** Signals that ask a process to end, and their numbers: the exit status is 128 more, as a shell has it. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Runs `ending` if the process ends before the function that is returned has been called. It must not wait for anything. */
export function atProcessEnd(ending: () => void): () => void {
  if (endings.size === 0) listen();
  endings.add(ending);
  return () => {
    endings.delete(ending);
    if (endings.size === 0) stopListening();
  };
}

function listen(): void {
  process.on("exit", runEndings);
  for (const signal of Object.keys(SIGNALS)) process.on(signal, leave);
}

function stopListening(): void {
  process.off("exit", runEndings);
  for (const signal of Object.keys(SIGNALS)) process.off(signal, leave);
}

function leave(signal: keyof typeof SIGNALS): void {
  process.exit(128 + SIGNALS[signal]);
}

function runEndings(): void {
  for (const ending of endings) ending();
}
