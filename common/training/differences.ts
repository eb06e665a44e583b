import { isRecord } from '../utils/index.js';

export interface Difference {
  /** Dotted. */
  key: string;
  then: unknown;
  now: unknown;
}

/** Every leaf in which two plain values differ. */
export function differencesOf(then: unknown, now: unknown, key = ''): Difference[] {
  if (isRecord(then) && isRecord(now)) {
    const keys = [...new Set([...Object.keys(then), ...Object.keys(now)])];
    return keys.flatMap((name) => differencesOf(then[name], now[name], key === '' ? name : `${key}.${name}`));
  }
  return JSON.stringify(then) === JSON.stringify(now) ? [] : [{ key, then, now }];
}

/** `optimizer.lr: 0.001 then, 0.01 now`. */
export function textOf({ key, then, now }: Difference): string {
  const show = (value: unknown) => JSON.stringify(value) ?? 'missing';
  return `${key}: ${show(then)} then, ${show(now)} now`;
}
