import { type StatusLine as Line, statusLine } from 'common/utils';

/** One line of text at the bottom of a terminal that is written over, at most ten times a second; nothing where the output is no terminal. */
export class StatusLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #line: Line;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
    this.#line = statusLine(stream);
  }

  show(text: string): void {
    if (this.#stream.isTTY) this.#line.show({ head: text, parts: [], value: 0, total: 0 });
  }

  /** A line that stays. */
  note(text: string): void {
    this.#line.print(text);
  }

  clear(): void {
    this.#line.clear();
  }
}
