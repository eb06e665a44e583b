import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import { countOf, formatBytes, formatSeconds, type NotebookHost, notebook, notebookLine } from '../utils/index.js';
import type { DownloadProgress } from './progress.js';

export type ProgressStream = NodeJS.WritableStream & { isTTY?: boolean };

/** Seconds between two plain lines where the output is no terminal. */
const LINE_EVERY = 5;
const NOTES_MOST = 5;
const NOTES_SECONDS = 5;

/**
 * Shows a download's progress to a person: a bar in a terminal or below a notebook's cell, otherwise a line now and then (a log stays readable).
 *
 *     const progress = terminalProgress();
 *     try { await downloadDataset(id, { onProgress: progress.update }); } finally { progress.stop(); }
 *
 * `stop` gives the terminal back (the cursor too): call it on errors and Ctrl-C as well; twice does no harm.
 */
export function terminalProgress(stream: ProgressStream = process.stderr): {
  update(progress: DownloadProgress): void;
  stop(): void;
} {
  const host = notebook();
  if (host !== undefined) return notebookProgress(host);
  return stream.isTTY ? barProgress(stream) : lineProgress(stream);
}

/** Notes are told as they come; from the sixth within a few seconds on they are counted, so that a bad line does not flood the screen. */
class Notes {
  readonly #write: (line: string) => void;
  #times: number[] = [];
  #untold = 0;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** Called at each report, with a note or without. */
  tell(note: string | undefined, isLast: boolean): void {
    const now = performance.now();
    this.#times = this.#times.filter((time) => now - time < NOTES_SECONDS * 1000);
    if (note !== undefined && this.#times.length >= NOTES_MOST) this.#untold++;
    if (this.#untold > 0 && (isLast || this.#times.length < NOTES_MOST)) {
      this.#write(`… and ${countOf(this.#untold, 'such line')} more`);
      this.#untold = 0;
      this.#times.push(now);
    } else if (note !== undefined && this.#times.length < NOTES_MOST) {
      this.#write(note);
      this.#times.push(now);
    }
  }
}

function barProgress(stream: ProgressStream) {
  let bars: MultiBar | undefined;
  let bar: SingleBar | undefined;
  const notes = new Notes((line) => bars?.log(`${line}\n`));
  const stop = () => {
    bars?.stop();
    bars = bar = undefined;
  };
  return {
    stop,
    update(progress: DownloadProgress) {
      const { phase, files, bytes } = progress;
      if (bars === undefined || bar === undefined) {
        if (phase === 'done') return; // all was here: nothing to watch
        bars = new MultiBar(
          {
            stream,
            hideCursor: true,
            format: '{id} {bar} {percentage}% | {text}',
            etaBuffer: 1,
            autopadding: true,
            barsize: 24,
            linewrap: false,
          },
          Presets.shades_classic,
        );
        bar = bars.create(1, 0, { id: progress.id, text: '' });
      }
      notes.tell(progress.note, phase === 'done');
      bar.setTotal(Math.max(1, bytes.total));
      bar.update(phase === 'done' && bytes.total === 0 ? 1 : bytes.done, { text: describe(progress) });
      if (files.total > 0) bars.update();
      if (phase === 'done') stop();
    },
  };
}

function notebookProgress(host: NotebookHost) {
  const line = notebookLine(host);
  const notes = new Notes((text) => line.print(text));
  return {
    update(progress: DownloadProgress) {
      const { phase, bytes, id } = progress;
      notes.tell(progress.note, phase === 'done');
      if (phase === 'done') line.clear();
      else if (line.isDue)
        line.show({
          ...{ head: id, parts: [describe(progress)] },
          // Bytes of a large set pass what a reader takes in: per cent.
          ...{ value: Math.floor((100 * bytes.done) / Math.max(1, bytes.total)), total: bytes.total > 0 ? 100 : 0 },
        });
    },
    stop() {
      line.clear();
    },
  };
}

function lineProgress(stream: ProgressStream) {
  let last = Number.NEGATIVE_INFINITY;
  let phase: DownloadProgress['phase'] = 'listing';
  const notes = new Notes((line) => stream.write(`${line}\n`));
  return {
    update(progress: DownloadProgress) {
      const now = performance.now();
      notes.tell(progress.note, progress.phase === 'done');
      const isNew = progress.phase !== phase && progress.phase === 'downloading';
      phase = progress.phase;
      if (phase !== 'downloading' || (!isNew && now - last < LINE_EVERY * 1000)) return;
      last = now;
      stream.write(`${progress.id}: ${describe(progress)}\n`);
    },
    stop() {},
  };
}

function describe({ phase, files, bytes, rate, secondsLeft }: DownloadProgress): string {
  if (phase === 'listing') return 'asking the Hub';
  if (phase === 'waiting') return 'waiting for another process';
  if (phase === 'checking') return `checking ${countOf(files.total, 'file')}`;
  const parts = [
    `${files.done}/${countOf(files.total, 'file')}`,
    `${formatBytes(bytes.done)} of ${formatBytes(bytes.total)}`,
  ];
  if (rate > 0) parts.push(`${formatBytes(rate)}/s`);
  if (phase === 'downloading' && secondsLeft !== undefined) parts.push(`${formatSeconds(secondsLeft)} left`);
  return parts.join(' | ');
}
