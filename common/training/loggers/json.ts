/** For JSON.stringify: JSON has no NaN and no infinities, they travel as text. */
export const numbersAsText = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
