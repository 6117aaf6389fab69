/** The kernel's UTF-8, alone, and a place for a text. */
export * from "../../kernel/console/utf8";

const text = memory.data(64);

export function textAt(): usize {
  return text;
}
