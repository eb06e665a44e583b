// What a run trains, and whether a checkpoint belongs to it.

import type { Module, StateDict } from '../nn/index.js';
import type { Schedule } from '../optim/index.js';
import { UserError } from '../utils/index.js';
import type { Callback } from './callbacks.js';
import type { Limits } from './limits.js';
import type { RunState } from './state.js';

/** Model spec, class names and preprocessing: with the weights all that predicting needs. */
export type Task = RunState['task'];

/** Anything with a state by name: modules, optimizers, averages. */
export interface Stateful {
  stateDict(): StateDict;
  loadStateDict(dict: StateDict): unknown;
}

/** The task of an image classifier. */
export type ImageTask = Task & { preprocessing: NonNullable<Task['preprocessing']> };

/**
 * @param paper whose run it is, for the message.
 * @throws UserError where a task is not an image classifier's.
 */
export function imageTask(task: Task, paper?: string): ImageTask {
  const { preprocessing } = task;
  if (preprocessing !== undefined) return { ...task, preprocessing };
  throw new UserError(
    `A model ${JSON.stringify(task.model.name ?? '')} takes no images: this is for image classifiers. The scripts of its paper${paper === undefined ? '' : `, ${paper},`} know how to use it.`,
  );
}

export interface Parts {
  model: Stateful;
  optimizer: Stateful & { iterations: number; readonly lr: number };
  /** Averaged weights under the parameters' names, if the loop keeps some. */
  ema?: Stateful;
  /** What else has a state, such as SWA or a second optimizer: saved and restored under its name. */
  parts?: Readonly<Record<string, Stateful>>;
  /** The optimizer's schedule: told the monitored metric where it looks at one (plateau), and checked against the run's length. */
  schedule?: number | Schedule;
  task: Task;
}

/** Which metric makes a checkpoint the best. */
export interface Monitor {
  metric: string;
  mode: 'max' | 'min';
}

export interface RunSetup extends Parts {
  model: Module;
  folder: string;
  paper: string;
  seed: number;
  config: unknown;
  versions: Record<string, string>;
  dataset: string | null;
  monitor: Monitor;
  limits: Limits;
  callbacks: readonly Callback[];
  /** Goes on until something stops it: see lrFinder/mode.ts. */
  endless?: boolean;
  release: () => Promise<void>;
}

/** A UserError that names the first parameters in which a checkpoint's architecture differs from the model's. */
export function checkSameModel(
  path: string,
  spec: unknown,
  saved: StateDict,
  { model, task }: Pick<Parts, 'model' | 'task'>,
): void {
  const own = model.stateDict();
  const differences: string[] = [];
  for (const [name, { shape }] of own) {
    const other = saved.get(name);
    if (other === undefined) differences.push(`${name} [${shape.join(', ')}] is missing in the checkpoint`);
    else if (other.shape.join() !== shape.join())
      differences.push(`${name} is [${other.shape.join(', ')}] in the checkpoint and [${shape.join(', ')}] here`);
  }
  for (const [name, { shape }] of saved)
    if (!own.has(name)) differences.push(`${name} [${shape.join(', ')}] of the checkpoint is unknown here`);
  if (differences.length === 0) return;
  const more = differences.length > 4 ? `; and ${differences.length - 4} more` : '';
  throw new UserError(
    `${path} is a checkpoint of another architecture: ${differences.slice(0, 4).join('; ')}${more}.\n` +
      `Model of the checkpoint: ${JSON.stringify(spec)}\nModel of this run:       ${JSON.stringify(task.model)}`,
  );
}

/** Everything with a state beside the model, by the prefix of its names in a checkpoint. */
export function statefulParts({ optimizer, ema, parts = {} }: Parts): [prefix: string, part: Stateful][] {
  const all: [string, Stateful | undefined][] = [['optimizer', optimizer], ['ema', ema], ...Object.entries(parts)];
  const named = new Set(all.map(([name]) => name));
  if (named.size < all.length || [...named].some((name) => name.includes('.')))
    throw new Error('parts of a run may not be called "optimizer" or "ema", and their names have no dots');
  return all
    .flatMap(([name, part]) => (part === undefined ? [] : [[`${name}.`, part] as const]))
    .map(([a, b]) => [a, b]);
}

/** The states of all of them under one roof. */
export function statesOf(setup: Parts): StateDict {
  return new Map(statefulParts(setup).flatMap(([prefix, part]) => [...prefixed(prefix, part.stateDict())]));
}

/** A NaN is worse than every number. */
export function isBetter(value: number, before: number, mode: 'max' | 'min'): boolean {
  if (Number.isNaN(before)) return !Number.isNaN(value);
  return mode === 'max' ? value > before : value < before;
}

function prefixed(prefix: string, dict: StateDict | undefined): StateDict {
  return new Map([...(dict ?? [])].map(([name, tensor]) => [prefix + name, tensor]));
}

export function unprefixed(prefix: string, dict: StateDict): StateDict {
  const own = [...dict].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
