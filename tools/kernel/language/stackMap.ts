import { existsSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cellUrl } from './cellUrl.js';
import type { CellId } from './messages.js';

type Cell = { name: string; code: string; mappings: string; map?: SourceMap };

/** Maps frames of cells' scripts back to the cells' TypeScript. */
export class StackMap {
  readonly #cwd: string;
  readonly #cells = new Map<number, Cell>();

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  add({ cell, name }: CellId, code: string, mappings: string): void {
    this.#cells.set(cell, { name, code, mappings });
  }

  /** The lines of a stack, the message first; what the kernel and Node do below the cell is cut. */
  map(stack: string): string[] {
    const lines: string[] = [];
    const given = stack.split('\n');
    // Below the outermost frame of a cell there is only what runs cells.
    const outermost = given.findLastIndex((line) => /^\s+at .*atelier-cell:/.test(line));
    for (const line of outermost < 0 ? given : given.slice(0, outermost + 1)) {
      if (!/^\s+at /.test(line)) {
        lines.push(line);
        continue;
      }
      if (isInternal(line)) continue;
      const cell = /atelier-cell:(\d+):(\d+):(\d+)/.exec(line);
      if (cell) lines.push(this.#mapFrame(line, cell));
      else if (isThere(line)) lines.push(this.#shorten(line));
    }
    return lines;
  }

  #mapFrame(line: string, match: RegExpExecArray): string {
    const [whole, cellText, lineText, columnText] = match;
    const number = Number(cellText);
    const cell = this.#cells.get(number);
    if (!cell) return line;
    cell.map ??= new SourceMap(payload(cell, number));
    const entry = cell.map.findEntry(Number(lineText) - 1, Number(columnText) - 1);
    const found = 'originalLine' in entry;
    const place = found ? `line ${entry.originalLine + 1}:${entry.originalColumn + 1}` : `line ${lineText}`;
    const name = /^\s+at (?:async )?(.*?) \(/.exec(line)?.[1];
    const caller = name && name !== '<anonymous>' && !name.includes(whole) ? ` (${name})` : '';
    return `    at ${cell.name}, ${place}${caller}`;
  }

  /** Paths below the notebook's folder are shown relative to it. */
  #shorten(line: string): string {
    const place = placeOf(line);
    if (place === undefined) return line;
    const short = relative(this.#cwd, place.path);
    return line.replace(place.text, () => (short.length < place.path.length ? short : place.path));
  }
}

/** The file of a frame, as it is written there and as a path. */
function placeOf(line: string): { text: string; path: string } | undefined {
  const text = /(?:\(|at (?:async )?)((?:file:\/\/)?\/.+?):\d+:\d+\)?$/.exec(line)?.[1];
  return text === undefined ? undefined : { text, path: text.startsWith('file:') ? fileURLToPath(text) : text };
}

function payload({ code, mappings }: Cell, number: number) {
  const sources = [cellUrl(number)];
  return { file: '', version: 3, sources, sourcesContent: [code], names: [], mappings, sourceRoot: '' };
}

/** Source maps of packages may name sources that no package brings along (tfjs's do): such a frame leads nowhere. */
function isThere(line: string): boolean {
  const place = placeOf(line);
  return place === undefined || existsSync(place.path);
}

function isInternal(line: string): boolean {
  return (
    /\(?node:/.test(line) ||
    /\/tools\/kernel\/(?!.*\.test\.)/.test(line) ||
    /node_modules\/(?:\.cache\/atelier|tsx|esbuild)\//.test(line) ||
    /at (?:async )?new Promise \(<anonymous>\)/.test(line)
  );
}
