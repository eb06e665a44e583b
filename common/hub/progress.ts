/** What a download is doing. Bytes include what was there already; the rate counts only what arrives now. */
export type DownloadProgress = {
  phase: 'listing' | 'waiting' | 'checking' | 'downloading' | 'done';
  kind: 'dataset' | 'model';
  id: string;
  /** Files and bytes of the selection that are here, and in all; zeros before the listing. */
  files: { done: number; total: number };
  bytes: { done: number; total: number };
  /** Bytes a second over the last seconds. */
  rate: number;
  /** Undefined where it cannot be told yet. */
  secondsLeft: number | undefined;
  /** Something worth a line, told once: a retry, a wait for another process. */
  note?: string;
};

/** Seconds over which the rate is taken. */
const WINDOW = 5;

/** Collects what the parts of a download tell and calls `report` for each change, for bytes at most ten times a second. */
export class ProgressTracker {
  readonly #state: DownloadProgress;
  readonly #report: ((progress: DownloadProgress) => void) | undefined;
  readonly #here = new Map<string, number>();
  #samples: { time: number; received: number }[] = [];
  #received = 0;
  #reported = 0;

  constructor(kind: DownloadProgress['kind'], id: string, report?: (progress: DownloadProgress) => void) {
    this.#report = report;
    this.#state = {
      phase: 'listing',
      kind,
      id,
      files: { done: 0, total: 0 },
      bytes: { done: 0, total: 0 },
      rate: 0,
      secondsLeft: undefined,
    };
  }

  phase(phase: DownloadProgress['phase']): void {
    this.#state.phase = phase;
    this.#samples = []; // the rate is that of this phase
    this.#emit();
  }

  note(note: string): void {
    this.#emit(note);
  }

  total(files: number, bytes: number): void {
    this.#state.files.total = files;
    this.#state.bytes.total = bytes;
  }

  /** `here` bytes of the file are on disk. The first call for a file tells what was there before. */
  bytes(path: string, here: number): void {
    const before = this.#here.get(path);
    this.#here.set(path, here);
    this.#state.bytes.done += here - (before ?? 0);
    if (before !== undefined && here > before) this.#received += here - before;
    const time = performance.now();
    if (time - this.#reported >= 100) this.#emit();
  }

  finished(path: string, size: number): void {
    this.#state.bytes.done += size - (this.#here.get(path) ?? 0);
    this.#here.set(path, size);
    this.#state.files.done++;
    if (performance.now() - this.#reported >= 100) this.#emit();
  }

  #emit(note?: string): void {
    const time = performance.now();
    this.#reported = time;
    this.#samples.push({ time, received: this.#received });
    this.#samples = this.#samples.filter((sample) => time - sample.time <= WINDOW * 1000);
    const first = this.#samples[0];
    const seconds = first === undefined ? 0 : (time - first.time) / 1000;
    const { bytes, files } = this.#state;
    const rate = first !== undefined && seconds > 0 ? (this.#received - first.received) / seconds : 0;
    const secondsLeft = rate > 0 && seconds >= 1 ? (bytes.total - bytes.done) / rate : undefined;
    this.#report?.({
      ...this.#state,
      files: { ...files },
      bytes: { ...bytes },
      rate,
      secondsLeft,
      ...(note !== undefined && { note }),
    });
  }
}
