/**
 * Sinusoidal positions (Vaswani et al. 2017, section 3.5): row t is sin(t / 10000^(2i/D)) at 2i and the cosine at 2i + 1.
 *
 * @returns row-major [tokens, features].
 */
export function sinusoidalPositions(tokens: number, features: number): Float32Array {
  const table = new Float32Array(tokens * features);
  for (let t = 0; t < tokens; t++)
    for (let i = 0; i < features; i++) {
      const angle = t / 10000 ** ((i - (i % 2)) / features);
      table[t * features + i] = i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  return table;
}
