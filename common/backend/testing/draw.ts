import * as tf from '@tensorflow/tfjs-core';
import { generator } from './randomGraphs.js';

export type DrawnType = 'float32' | 'int32' | 'bool';
export const drawnTypes: readonly DrawnType[] = ['float32', 'int32', 'bool'];

/** Makes the same tensor again on whichever backend is selected. */
export interface Drawn {
  (): tf.Tensor;
  readonly shape: number[];
  readonly dtype: DrawnType;
}

interface Range {
  /** NaN, infinities, numbers that are very large or very small. Default: yes. */
  readonly special?: boolean;
  readonly low?: number;
  readonly high?: number;
}

/** Random arguments of tfjs's operators, the same for the same seed. For tests. */
export class Draw {
  private readonly random: () => number;
  /** What was drawn, for messages. */
  readonly log: string[] = [];

  constructor(seed: number) {
    this.random = generator(seed);
    for (let i = 0; i < 8; i++) this.random();
  }

  /** A whole number from low to high, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  bool(): boolean {
    return this.random() < 0.5;
  }

  of<T>(list: readonly T[]): T {
    const value = list[this.int(0, list.length - 1)];
    if (value === undefined) throw new Error('there is nothing to draw from');
    return value;
  }

  note<T>(what: string, value: T): T {
    this.log.push(`${what} ${JSON.stringify(value)}`);
    return value;
  }

  dtype(): DrawnType {
    return this.of(drawnTypes);
  }

  /** Sides from 1 to 3, now and then a 0; 0 to 6 axes unless the rank is given. */
  shape(low = 0, high = 6, empty = true): number[] {
    const zero = empty && this.random() < 0.1;
    const shape = Array.from({ length: this.int(low, high) }, () => this.int(1, 3));
    if (zero && shape.length > 0) shape[this.int(0, shape.length - 1)] = 0;
    return shape;
  }

  /** A shape that broadcasts with this one. */
  partner(shape: readonly number[]): number[] {
    const cut = shape.slice(this.random() < 0.5 ? 0 : this.int(0, shape.length));
    return cut.map((d) => (this.random() < 0.3 ? 1 : d));
  }

  axis(shape: readonly number[]): number {
    const axis = this.int(0, shape.length - 1);
    return this.note('axis', this.random() < 0.3 ? axis - shape.length : axis);
  }

  /** Some axes, perhaps none, or undefined for all of them. */
  axes(shape: readonly number[]): number[] | undefined {
    if (this.random() < 0.2) return undefined;
    return this.note('axes', shape.map((_, i) => i).filter(() => this.bool())); // biome-ignore format: one call
  }

  private number(dtype: DrawnType, { special = true, low = -4, high = 4 }: Range): number {
    if (dtype === 'bool') return this.int(0, 1);
    if (dtype === 'int32') return this.int(Math.ceil(low), Math.floor(high));
    if (special && this.random() < 0.15)
      return this.of([0, -0, NaN, Infinity, -Infinity, 1e20, -1e20, 1e-20, 0.5, 1.5, 2.5, -0.5]);
    return Math.fround(low + (high - low) * this.random());
  }

  tensor(shape: readonly number[], dtype: DrawnType = 'float32', range: Range = {}): Drawn {
    const size = shape.reduce((a, b) => a * b, 1);
    const values = Array.from({ length: size }, () => this.number(dtype, range));
    this.log.push(`${dtype}[${shape}] {${values.length > 40 ? `${values.slice(0, 40)} …` : values}}`);
    return Object.assign(() => tf.tensor(values, [...shape], dtype), { shape: [...shape], dtype });
  }

  /** Numbers of ordinary size. */
  plain(shape: readonly number[], dtype: DrawnType = 'float32'): Drawn {
    return this.tensor(shape, dtype, { special: false });
  }

  /** Whole numbers from 0 to below the count. */
  indices(shape: readonly number[], count: number): Drawn {
    return this.tensor(shape, 'int32', { low: 0, high: count - 1 });
  }
}
