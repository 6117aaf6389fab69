/** What a measuring kernel or program says on the console, a line for each workload: "bench NAME OPERATIONS TICKS". Our kernel says before it whose it is. */
const LINE = /^(?:\d+ \S+ \| )?bench (\S+) (\d+) (\d+)\r?$/gm;

/** Ticks an operation, by name; or, with `ticksAnInstruction`, instructions. */
export function readBenchLines(text: string, ticksAnInstruction = 1): Map<string, number> {
  return new Map(
    [...text.matchAll(LINE)].map(([, name, operations, ticks]) => [
      name!,
      Number(ticks) / ticksAnInstruction / Number(operations),
    ]),
  );
}
