import { appendFileSync } from 'node:fs';
import { messageOf } from '../utils/index.js';

/** train.log: one line an event, with the time. A log that cannot be written never stops the training; the loss is told at the end. */
export class Log {
  private readonly path: string;
  private failure: string | undefined;

  constructor(path: string) {
    this.path = path;
  }

  write(message: string): void {
    try {
      appendFileSync(this.path, `${new Date().toISOString()} ${message}\n`);
    } catch (error) {
      this.failure ??= messageOf(error);
    }
  }

  /** Why lines are missing from the file, if any are. */
  get lost(): string | undefined {
    return this.failure === undefined ? undefined : `${this.path} is incomplete: ${this.failure}`;
  }
}
