/** Reported about every this many texts. */
const REPORT_EVERY = 4096;

export interface WordCountOptions {
  /** Words kept at most: above it, those that were seen least often are forgotten. Default: no limit. */
  maxWords?: number;
  onProgress?: (texts: number) => void;
}

/**
 * How often each word of the texts comes, in the order of first appearance. The texts go by one after the other: memory is that of the
 * distinct words.
 */
export async function countWords(
  texts: Iterable<string> | AsyncIterable<string>,
  words: (text: string) => readonly string[],
  { maxWords = Number.POSITIVE_INFINITY, onProgress }: WordCountOptions = {},
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let seen = 0;
  let floor = 1;
  const count = (text: string) => {
    for (const word of words(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
    if (counts.size > maxWords) floor = forgetRare(counts, maxWords, floor);
    if (++seen % REPORT_EVERY === 0) onProgress?.(seen);
  };
  // A turn of the event loop for each text of a plain array would take longer than the text.
  if (Symbol.iterator in texts) for (const text of texts) count(text);
  else for await (const text of texts) count(text);
  onProgress?.(seen);
  return counts;
}

/** Forgets the rarest words until three quarters of the room are used, so that it does not begin again at the next word. */
function forgetRare(counts: Map<string, number>, maxWords: number, floor: number): number {
  let limit = floor;
  while (counts.size > 0.75 * maxWords) {
    for (const [word, count] of counts) if (count <= limit) counts.delete(word);
    limit++;
  }
  return limit - 1;
}
