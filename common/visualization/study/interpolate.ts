/** The value between scattered samples, weighted by 1 / distance³ (Shepard 1968): exact at a sample, and never beyond the least and the largest of them. */
export function interpolate(samples: readonly { x: number; y: number; value: number }[], x: number, y: number): number {
  let sum = 0;
  let weights = 0;
  for (const sample of samples) {
    const distance = Math.hypot(sample.x - x, sample.y - y);
    if (distance < 1e-9) return sample.value;
    const weight = distance ** -3;
    sum += weight * sample.value;
    weights += weight;
  }
  return sum / weights;
}
