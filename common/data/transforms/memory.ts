/**
 * Gives a step the bytes it writes its image to: never those of the image it was handed, and at most one piece a step. So that a pipeline
 * allocates nothing an image, two buffers take turns.
 */
export type Memory = (length: number) => Uint8Array;

/** New bytes at every call: for a step that is applied by itself. */
export const newMemory: Memory = (length) => new Uint8Array(length);

/** Two buffers in turns, grown as needed: what was given last is read while the other is written. */
export function takingTurns(): Memory {
  let ready = new Uint8Array(0);
  let lent = new Uint8Array(0);
  return (length) => {
    [ready, lent] = [lent, ready];
    if (lent.length < length) lent = new Uint8Array(length);
    return lent.length === length ? lent : lent.subarray(0, length);
  };
}
