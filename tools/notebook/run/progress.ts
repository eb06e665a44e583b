import { StatusLine } from '../../cli/statusLine.js';
import type { Notebook } from '../format/index.js';
import type { CellEvent } from './runNotebook.js';

/** In a terminal one line that tells the running cell and its time, else a line for each cell that has ended. */
export class RunProgress {
  readonly #status: StatusLine;
  readonly #stream: NodeJS.WriteStream;
  readonly #prefix: string;
  readonly #numbers = new Map<number, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(notebook: Notebook, stream: NodeJS.WriteStream = process.stderr, prefix = '') {
    this.#stream = stream;
    this.#status = new StatusLine(stream);
    this.#prefix = prefix;
    let count = 0;
    for (const [index, cell] of notebook.cells.entries())
      if (cell.cell_type === 'code') this.#numbers.set(index, ++count);
  }

  take({ index, cell, seconds, status }: CellEvent): void {
    clearInterval(this.#timer);
    const line = cell.source.split('\n').find((one) => one.trim() !== '' && !one.trim().startsWith('//')) ?? '';
    const head = `${this.#prefix}cell ${this.#numbers.get(index)} of ${this.#numbers.size}`;
    const text = (passed: number, state = '') => `${head}  ${passed.toFixed(1)} s${state}  ${line.trim().slice(0, 60)}`;
    if (!this.#stream.isTTY) {
      if (status !== 'running') this.#stream.write(`${text(seconds, status === 'ok' ? '' : `  ${status}`)}\n`);
      return;
    }
    if (status !== 'running') return;
    const start = performance.now();
    const show = () => this.#status.show(text((performance.now() - start) / 1000));
    show();
    this.#timer = setInterval(show, 250);
    this.#timer.unref();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#status.clear();
  }
}
