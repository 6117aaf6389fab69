/**
 * Under -icount each iteration of REP STOS or REP MOVS, and each MOVNTI, is an instruction; on hardware they are memory's to pay. They are
 * told apart by measuring twice, the second time with eight times as many of them and all else the same: our kernel by `-DEIGHTFOLD`
 * (metal/physical.h: bytes in place of words), Linux by its choice between REP STOSB and REP STOSQ. Nothing is counted within what is measured.
 */
export interface Instructions {
  /** Without the steps of zeroing and copying. */
  readonly net: number;
  /** Those steps, in words of 8 bytes. */
  readonly rep: number;
}

export const FOLD = 8;

/** From what was counted with words, and with bytes. */
export function tellApart(byWords: number, byBytes: number): Instructions {
  const rep = (byBytes - byWords) / (FOLD - 1);
  return { net: byWords - rep, rep };
}

/** The same for each name. Both runs measured the same. */
export function tellApartAll(
  byWords: ReadonlyMap<string, number>,
  byBytes: ReadonlyMap<string, number>,
): Map<string, Instructions> {
  return new Map([...byWords].map(([name, words]) => [name, tellApart(words, byBytes.get(name)!)]));
}
