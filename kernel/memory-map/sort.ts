/**
 * Heap sort of u64 words in linear memory, ascending, in place: firmware's maps come in any order, and the time must not depend on it.
 */
export function sortWords(words: usize, count: u32): void {
  for (let root = count >> 1; root > 0; root--) sink(words, root - 1, count);
  for (let last = count; last > 1; last--) {
    swap(words, 0, last - 1);
    sink(words, 0, last - 1);
  }
}

/** Moves the word at `root` down until no child is larger. */
function sink(words: usize, root: u32, count: u32): void {
  for (let at = root; ;) {
    const child = largerChild(words, at, count);
    if (child == at) return;
    swap(words, at, child);
    at = child;
  }
}

/** Index of the largest of `at` and its children. */
function largerChild(words: usize, at: u32, count: u32): u32 {
  const left: u32 = 2 * at + 1;
  let largest = at;
  if (left < count && wordAt(words, left) > wordAt(words, largest)) largest = left;
  if (left + 1 < count && wordAt(words, left + 1) > wordAt(words, largest)) largest = left + 1;
  return largest;
}

function wordAt(words: usize, index: u32): u64 {
  return load<u64>(words + ((<usize>index) << 3));
}

function swap(words: usize, a: u32, b: u32): void {
  const word = wordAt(words, a);
  store<u64>(words + ((<usize>a) << 3), wordAt(words, b));
  store<u64>(words + ((<usize>b) << 3), word);
}
