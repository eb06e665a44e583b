/** One line for every leaf in which two plain values differ: `optimizer.lr: 0.001 then, 0.01 now`. */
export function differencesOf(then: unknown, now: unknown, path = ''): string[] {
  if (isRecord(then) && isRecord(now)) {
    const keys = [...new Set([...Object.keys(then), ...Object.keys(now)])];
    return keys.flatMap((key) => differencesOf(then[key], now[key], path === '' ? key : `${path}.${key}`));
  }
  const [before, after] = [JSON.stringify(then), JSON.stringify(now)];
  return before === after ? [] : [`${path}: ${before ?? 'missing'} then, ${after ?? 'missing'} now`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
