import { UserError } from '../../utils/index.js';
import type { Dataset, Row } from '../dataset.js';
import { random, type Sampler, sequential } from '../samplers/index.js';
import { type ChosenColumns, labelOf } from './columns.js';
import { openImages } from './imageReader.js';
import type { CheckedOptions } from './options.js';
import type { Opened, Plan, Work } from './plan.js';

/** The batches of a data set whose rows can be read in any order. */
export class MapPlan implements Plan {
  readonly length: number;
  readonly #dataset: Dataset<Row>;
  readonly #columns: ChosenColumns;
  readonly #sampler: Sampler;
  readonly #batchSize: number;
  #labels: Int32Array | undefined;

  constructor(dataset: Dataset<Row>, columns: ChosenColumns, options: CheckedOptions & { sampler?: Sampler }) {
    const { batchSize, dropLast, shuffle, seed } = options;
    this.#dataset = dataset;
    this.#columns = columns;
    this.#batchSize = batchSize;
    this.#sampler = options.sampler ?? (shuffle ? random(dataset.length, { seed }) : sequential(dataset.length));
    this.length = (dropLast ? Math.floor : Math.ceil)(this.#sampler.length / batchSize);
    if (this.length > 0) return;
    const rows = `${dataset.name} ${dataset.splitName} has ${this.#sampler.length} rows`;
    throw new UserError(`batchSize is ${batchSize}, but ${rows}${dropLast ? ' (dropLast)' : ''}`);
  }

  async open(): Promise<Opened> {
    const [source, labels] = await Promise.all([this.#dataset.imageSource(this.#columns.image), this.#readLabels()]);
    this.#labels = labels;
    const rows = this.#dataset.length;
    return {
      ...{ source, rows },
      sample: async (i) => {
        if (i >= rows) return undefined;
        const reader = openImages(source);
        try {
          return { bytes: reader.bytes(i), where: this.#dataset.where(i) };
        } finally {
          reader.close();
        }
      },
    };
  }

  *works(epoch: number, from: number): Generator<Work, undefined> {
    const order = this.#sampler.indices(epoch, from * this.#batchSize);
    const outside = order.find((row) => !(row >= 0 && row < this.#dataset.length));
    if (outside !== undefined)
      throw new UserError(
        `loader: the sampler gave row ${outside}; ${this.#dataset.name} has ${this.#dataset.length} rows`,
      );
    const labels = this.#labels;
    for (let number = from; number < this.length; number++) {
      const start = (number - from) * this.#batchSize;
      const rows = order.slice(start, start + this.#batchSize);
      yield {
        ...{ number, epoch, rows },
        labels: labels === undefined ? new Int32Array(rows.length).fill(-1) : rows.map((row) => labels[row] ?? -1),
        where: (at) => this.#dataset.where(rows[at] ?? 0),
        columns: (places) => this.#gather(places.map((at) => rows[at] ?? 0)),
      };
    }
    return undefined;
  }

  #gather(rows: readonly number[]): Promise<readonly Row[]> {
    const { columns } = this.#columns;
    return columns.length === 0 ? Promise.resolve([]) : this.#dataset.gather(rows, columns);
  }

  async #readLabels(): Promise<Int32Array | undefined> {
    const { label } = this.#columns;
    if (label === undefined) return undefined;
    if (this.#dataset.features[label]?.type === 'classLabel') return this.#dataset.labels(label);
    const values = await this.#dataset.column(label);
    return Int32Array.from(values, (value, row) => labelOf(value, label, () => this.#dataset.where(row)));
  }
}
