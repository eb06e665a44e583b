import { type Distribution, distribution } from './quantiles.js';

/** What a column of class labels holds. */
export interface ClassStats {
  type: 'classLabel';
  /** Rows of each class, by label. */
  classes: { name: string; count: number }[];
  missing: number;
  /** Labels that are no class. */
  invalid: number;
}

/** What a column of text holds. Characters are code points, words what stands between white space. */
export interface TextStats {
  type: 'text';
  count: number;
  missing: number;
  /** Texts of nothing or white space. */
  empty: number;
  characters: Distribution | undefined;
  words: Distribution | undefined;
  /** With a tokenizer. */
  tokens?: Distribution | undefined;
}

/** What a column of numbers holds; NaN counts as missing. */
export interface NumberStats {
  type: 'number';
  count: number;
  missing: number;
  min: number | undefined;
  max: number | undefined;
  mean: number | undefined;
  /** Of the population. */
  std: number | undefined;
}

/** What a column of anything else holds: lengths, where its values have them. */
export interface OtherStats {
  type: 'other';
  count: number;
  missing: number;
  lengths?: Distribution | undefined;
}

export class ClassCollector {
  readonly #names: readonly string[];
  readonly #counts: number[];
  #missing = 0;
  #invalid = 0;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#counts = Array<number>(names.length).fill(0);
  }

  /** @returns what is wrong with a label that is no class; a missing one (null, or -1 as the Hub's unlabelled test sets have it) is not wrong. */
  add(value: unknown): string | undefined {
    const label = typeof value === 'bigint' ? Number(value) : value;
    if (label === null || label === undefined || label === -1) this.#missing++;
    else if (typeof label === 'number' && this.#counts[label] !== undefined) this.#counts[label]++;
    else {
      this.#invalid++;
      return `the label is ${String(label)}; the ${this.#names.length} classes are 0 to ${this.#names.length - 1}`;
    }
    return undefined;
  }

  addInvalid(): void {
    this.#invalid++;
  }

  result(): ClassStats {
    const classes = this.#names.map((name, label) => ({ name, count: this.#counts[label]! }));
    return { type: 'classLabel', classes, missing: this.#missing, invalid: this.#invalid };
  }
}

export class TextCollector {
  readonly #countTokens: ((text: string) => number) | undefined;
  readonly #characters: number[] = [];
  readonly #words: number[] = [];
  readonly #tokens: number[] = [];
  #missing = 0;
  #empty = 0;

  constructor(countTokens?: (text: string) => number) {
    this.#countTokens = countTokens;
  }

  add(value: unknown): undefined {
    if (value === null || value === undefined) {
      this.#missing++;
      return;
    }
    const text = String(value);
    const words = text.match(/\S+/g)?.length ?? 0;
    if (words === 0) this.#empty++;
    this.#characters.push(codePoints(text));
    this.#words.push(words);
    if (this.#countTokens !== undefined) this.#tokens.push(this.#countTokens(text));
  }

  result(): TextStats {
    return {
      type: 'text',
      count: this.#characters.length,
      missing: this.#missing,
      empty: this.#empty,
      characters: distribution(this.#characters),
      words: distribution(this.#words),
      ...(this.#countTokens !== undefined && { tokens: distribution(this.#tokens) }),
    };
  }
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Mean and variance as they come (Welford, 1962). */
export class NumberCollector {
  #count = 0;
  #missing = 0;
  #mean = 0;
  #squares = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  add(value: unknown): undefined {
    const number = value === null || value === undefined ? Number.NaN : Number(value);
    if (Number.isNaN(number)) {
      this.#missing++;
      return;
    }
    this.#count++;
    const difference = number - this.#mean;
    this.#mean += difference / this.#count;
    this.#squares += difference * (number - this.#mean);
    this.#min = Math.min(this.#min, number);
    this.#max = Math.max(this.#max, number);
  }

  result(): NumberStats {
    const some = this.#count > 0;
    return {
      type: 'number',
      count: this.#count,
      missing: this.#missing,
      min: some ? this.#min : undefined,
      max: some ? this.#max : undefined,
      mean: some ? this.#mean : undefined,
      std: some ? Math.sqrt(this.#squares / this.#count) : undefined,
    };
  }
}

export class OtherCollector {
  readonly #lengths: number[] = [];
  #count = 0;
  #missing = 0;

  add(value: unknown): undefined {
    if (value === null || value === undefined) {
      this.#missing++;
      return;
    }
    this.#count++;
    if (Array.isArray(value) || value instanceof Uint8Array) this.#lengths.push(value.length);
  }

  result(): OtherStats {
    const lengths = this.#lengths.length > 0 ? { lengths: distribution(this.#lengths) } : {};
    return { type: 'other', count: this.#count, missing: this.#missing, ...lengths };
  }
}
