import { isAbsolute, relative } from 'node:path';

/** A file's path as a person at this shell would write it: relative where it lies below the working folder. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' ? '.' : short.startsWith('..') || isAbsolute(short) ? path : short;
}
