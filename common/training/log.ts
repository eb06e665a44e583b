// The lines of a run: in train.log all of them with their time, in the terminal those for a person. consola does levels and reporters.
import { appendFileSync } from 'node:fs';
import { styleText } from 'node:util';
import { createConsola, type LogObject } from 'consola/core';
import { didYouMean, messageOf, UsageError } from '../utils/index.js';
import { numbersAsText } from './loggers/json.js';

const levels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof levels)[number];
const numbers: Record<LogLevel, number> = { error: 0, warn: 1, info: 3, debug: 4 };

export interface LogSettings {
  /** The least important lines that the terminal shows; train.log has all. */
  level: LogLevel;
  /** An object a line, for programs: in the terminal and in train.log. */
  json: boolean;
}

/** `ATELIER_LOG`: a level (`debug` … `error`), `json`, or both with a comma. @throws UsageError naming the word that is neither. */
export function logSettings(text = process.env.ATELIER_LOG ?? ''): LogSettings {
  const settings: LogSettings = { level: 'info', json: false };
  for (const word of text.split(',').map((part) => part.trim().toLowerCase())) {
    const level = levels.find((name) => name === word);
    if (level !== undefined) settings.level = level;
    else if (word === 'json') settings.json = true;
    else if (word !== '')
      throw new UsageError(
        `ATELIER_LOG=${text}: "${word}" is no setting; there are json, ${levels.join(', ')}.${didYouMean(word, ['json', ...levels])}`,
      );
  }
  return settings;
}

const styles = { error: 'red', warn: 'yellow', debug: 'gray' } as const;
const words = { error: 'Error: ', warn: 'Warning: ', debug: '' } as const;

/**
 * train.log and what the terminal shows of it. A file that cannot be written never stops the training; the loss is told at the end.
 * @param print shows a line in the terminal
 */
export class Log {
  readonly settings: LogSettings;
  readonly #path: string;
  readonly #print: (text: string) => void;
  readonly #colours: boolean;
  readonly #both = createConsola({ level: 4, throttle: 0, reporters: [{ log: (entry) => this.#toBoth(entry) }] });
  readonly #file = createConsola({ level: 4, throttle: 0, reporters: [{ log: (entry) => this.#toFile(entry) }] });
  #failure: string | undefined;

  constructor(
    path: string,
    print: (text: string) => void = (text) => process.stderr.write(`${text}\n`),
    { settings = logSettings(), colours = process.stderr.isTTY && process.stderr.hasColors() } = {},
  ) {
    this.#path = path;
    this.#print = print;
    this.settings = settings;
    this.#colours = colours;
  }

  /** A line for a person. */
  write(message: string, level: LogLevel = 'info'): void {
    this.#both[level](message);
  }

  /** A line for train.log, and for the program that reads JSON: what happened, and its values. */
  record(message: string, values: object = {}): void {
    (this.settings.json ? this.#both : this.#file).info(message, values);
  }

  /** Why lines are missing from the file, if any are. */
  get lost(): string | undefined {
    return this.#failure === undefined ? undefined : `${this.#path} is incomplete: ${this.#failure}`;
  }

  #toBoth(entry: LogObject): void {
    this.#toFile(entry);
    const { level, json } = this.settings;
    if (entry.level > numbers[level]) return;
    const [message = ''] = entry.args;
    this.#print(json ? jsonOf(entry) : this.#styled(String(message), entry.type));
  }

  #toFile(entry: LogObject): void {
    const [message = '', values = {}] = entry.args;
    const mark = entry.type === 'info' ? '' : `${entry.type.toUpperCase()} `;
    const more = Object.keys(values).length > 0 ? ` ${JSON.stringify(values, numbersAsText)}` : '';
    const line = this.settings.json ? jsonOf(entry) : `${entry.date.toISOString()} ${mark}${message}${more}`;
    try {
      appendFileSync(this.#path, `${line}\n`);
    } catch (error) {
      this.#failure ??= messageOf(error);
    }
  }

  #styled(message: string, type: string): string {
    if (type !== 'error' && type !== 'warn' && type !== 'debug') return message;
    const text = `${words[type]}${message}`;
    return this.#colours ? styleText(styles[type], text, { validateStream: false }) : text;
  }
}

function jsonOf({ date, type, args }: LogObject): string {
  const [message = '', values = {}] = args;
  return JSON.stringify({ time: date.toISOString(), level: type, message: String(message), ...values }, numbersAsText);
}
