/** Says on stderr what is being done, so that stdout has nothing but data. */
export function progress(what: string): void {
  process.stderr.write(`${what}…\n`);
}
