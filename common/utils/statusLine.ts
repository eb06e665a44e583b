import * as nodeModule from 'node:module';
import type { MultiBar, SingleBar } from 'cli-progress';
import { lazy } from './lazy.js';

const load = nodeModule.createRequire(import.meta.url);
const library = lazy((): typeof import('cli-progress') => load('cli-progress'));

/** What the line says: `epoch 3/20 ━━━━──── 35/62  3.48 steps/s  8s left  loss 2.158`. */
export interface Status {
  /** Before the bar. */
  head: string;
  /** Behind it, in order of importance. */
  parts: readonly string[];
  value: number;
  total: number;
}

/** The last line of a terminal, drawn again and again; what is printed meanwhile goes above it. */
export interface StatusLine {
  /** Whether it would be drawn now: what it says need not be put together more often. */
  readonly isDue: boolean;
  show(status: Status): void;
  print(text: string): void;
  /** Takes the line away and gives the terminal back. */
  clear(): void;
}

const millisecondsBetween = 100;

export function statusLine(stream: NodeJS.WriteStream): StatusLine {
  let bars: MultiBar | undefined;
  let bar: SingleBar | undefined;
  let drawn = Number.NEGATIVE_INFINITY;
  // process.exit (a second Ctrl-C) must not leave a terminal without cursor.
  const clear = () => {
    process.off('exit', clear);
    bars?.stop();
    bars = bar = undefined;
  };
  return {
    clear,
    get isDue() {
      return performance.now() - drawn >= millisecondsBetween;
    },
    show(status) {
      const first = bars === undefined || bar === undefined;
      if (bars === undefined || bar === undefined) {
        // cli-progress trims to the width by itself; the formatter fits more kindly.
        const format = (_options: unknown, _params: unknown, payload: Status) => fit(payload, stream.columns || 80);
        bars = new (library().MultiBar)({
          ...{ stream, format, linewrap: true, forceRedraw: true, clearOnComplete: true, hideCursor: true },
          ...{ fps: 1000 / millisecondsBetween, gracefulExit: false, emptyOnZero: true },
        });
        process.on('exit', clear);
        bar = bars.create(Math.max(1, status.total), status.value, status);
      }
      bar.setTotal(Math.max(1, status.total));
      bar.update(status.value, status);
      // A step may keep the thread busy for longer than the bar's timer.
      if (!first && performance.now() - drawn < millisecondsBetween) return;
      drawn = performance.now();
      bars.update();
    },
    print(text) {
      if (bars === undefined) stream.write(`${text}\n`);
      else {
        bars.log(`${text}\n`);
        bars.update();
      }
    },
  };
}

/** The status in one line shorter than `columns`: the bar takes what the words leave, words that do not fit are left out from the end. */
export function fit({ head, parts, value, total }: Status, columns: number): string {
  const count = total > 0 ? `${String(value).padStart(String(total).length)}/${total}` : '';
  const room = columns - 3; // a terminal that shows Ctrl-C as ^C must not wrap for it
  const words: string[] = [];
  let length = [head, count].join(' ').length;
  for (const part of parts) {
    if (length + 2 + part.length > room) break;
    words.push(`  ${part}`);
    length += 2 + part.length;
  }
  const width = Math.min(30, room - length - 1);
  const full = total > 0 ? Math.round((width * value) / total) : 0;
  const bar = width < 5 || total === 0 ? '' : `${'━'.repeat(full)}${'─'.repeat(width - full)} `;
  return `${[head, bar + count].filter(Boolean).join(' ')}${words.join('')}`.slice(0, room);
}
