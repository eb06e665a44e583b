import { UserError } from '../utils/index.js';

/** The options that a metric's state depends on; only states of the same metric and settings can be merged. */
export type Settings = Readonly<Record<string, number | string | boolean | null>>;

/** What a metric has gathered, as plain data: it can be cloned, sent to a worker, written as JSON. */
export interface MetricState<Values> {
  metric: string;
  settings: Settings;
  values: Values;
}

/**
 * A metric over a stream of batches. Counts are integers and sums exact, so neither the size nor the order of the batches changes `compute()`,
 * and states gathered on several shards and merged give what one metric over all samples gives, to the last bit.
 */
export interface Metric<Batch extends readonly unknown[], Result, Values> {
  readonly name: string;
  /** Adds a batch. A batch that is refused (UserError) leaves the state as it was. */
  update(...batch: Batch): void;
  /** Adds what another metric of the same kind and settings has gathered: `a.merge(b.state())`. */
  merge(other: MetricState<Values>): void;
  /** The value over all samples so far; NaN where there are none, unless the metric says otherwise. May be called between updates. */
  compute(): Result;
  reset(): void;
  /** A copy of the state. */
  state(): MetricState<Values>;
  /** Replaces the state by one that `state()` gave. */
  load(state: MetricState<Values>): void;
}

/** What a metric is made of: functions over its state. `update` checks the whole batch before it changes anything. */
export interface MetricDefinition<Batch extends readonly unknown[], Result, Values> {
  name: string;
  settings?: Settings;
  empty(): Values;
  update(values: Values, ...batch: Batch): void;
  /** Adds `other` into `values`, keeping no reference to it. */
  merge(values: Values, other: Values): void;
  compute(values: Values): Result;
}

export function defineMetric<Batch extends readonly unknown[], Result, Values>(
  definition: MetricDefinition<Batch, Result, Values>,
): Metric<Batch, Result, Values> {
  const { name, settings = {} } = definition;
  let values = definition.empty();
  const copy = (from: MetricState<Values>): Values => {
    checkState(from, name, settings);
    const into = definition.empty();
    definition.merge(into, from.values);
    return into;
  };
  return {
    name,
    update: (...batch) => definition.update(values, ...batch),
    // Through a copy, so that a state that cannot be read leaves this one as it was, and a metric can be merged with itself.
    merge: (other) => definition.merge(values, copy(other)),
    compute: () => definition.compute(values),
    reset: () => {
      values = definition.empty();
    },
    state: () => ({ metric: name, settings: { ...settings }, values: structuredClone(values) }),
    load: (state) => {
      values = copy(state);
    },
  };
}

/** Throws a UserError where the state is of another metric or other settings. */
export function checkState(state: MetricState<unknown>, name: string, settings: Settings): void {
  if (state.metric !== name) throw new UserError(`a state of the metric "${state.metric}" cannot be read as "${name}"`);
  for (const key of new Set([...Object.keys(settings), ...Object.keys(state.settings)])) {
    const [mine, theirs] = [settings[key], state.settings[key]];
    if (!Object.is(mine, theirs))
      throw new UserError(`${name}: a state with ${key} = ${theirs} cannot be merged into one with ${key} = ${mine}`);
  }
}
