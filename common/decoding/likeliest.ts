import type { Candidates } from './sequenceModel.js';

/** The `count` best of each row of scores [rows × vocabulary], best first; of equals the smaller id, as in ONNX's TopK. */
export function likeliest(scores: Float32Array, rows: number, count: number): Candidates {
  const vocabulary = scores.length / rows;
  const ids = new Int32Array(rows * count);
  const best = new Float32Array(rows * count).fill(Number.NEGATIVE_INFINITY);
  for (let r = 0; r < rows; r++) {
    const at = r * count;
    if (count >= vocabulary) {
      const row = scores.subarray(r * vocabulary, (r + 1) * vocabulary);
      const order = Array.from(row.keys()).sort((a, b) => row[b]! - row[a]! || a - b);
      order.forEach((id, i) => {
        ids[at + i] = id;
        best[at + i] = row[id]!;
      });
      continue;
    }
    let filled = 0;
    for (let id = 0; id < vocabulary; id++) {
      const score = scores[r * vocabulary + id]!;
      if (filled === count && !(score > best[at + count - 1]!)) continue;
      let place = filled < count ? filled++ : count - 1;
      for (; place > 0 && score > best[at + place - 1]!; place--) {
        best[at + place] = best[at + place - 1]!;
        ids[at + place] = ids[at + place - 1]!;
      }
      best[at + place] = score;
      ids[at + place] = id;
    }
  }
  return { count, ids, scores: best };
}
