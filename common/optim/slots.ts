import * as tf from '@tensorflow/tfjs-core';
import type { Parameters } from './state.js';

/** One state variable of a parameter: what it begins as. */
export interface Slot {
  /** Default: the parameter's. */
  shape?: readonly number[];
  /** The number it is filled with. Default 0. */
  fill?: number;
}

/** State variables by their suffix, in torch's terms (`exp_avg`); a list of suffixes means zeros like the parameter. */
export type Slots = readonly string[] | ((parameter: tf.Variable, name: string) => Readonly<Record<string, Slot>>);

/** All state variables, `<parameter>.<suffix>`, ordered by suffix first. They are made now, so that nothing is made inside a compiled step. */
export function makeSlots(parameters: Parameters, slots: Slots): Map<string, tf.Variable> {
  const bySuffix = new Map<string, Map<string, tf.Variable>>();
  for (const [name, parameter] of parameters) {
    const own: Readonly<Record<string, Slot>> =
      typeof slots === 'function' ? slots(parameter, name) : Object.fromEntries(slots.map((s) => [s, {}]));
    for (const [suffix, { shape = parameter.shape, fill = 0 }] of Object.entries(own)) {
      const made = bySuffix.get(suffix) ?? new Map<string, tf.Variable>();
      made.set(
        name,
        tf.tidy(() => tf.variable(tf.fill([...shape], fill), false)),
      );
      bySuffix.set(suffix, made);
    }
  }
  const all = new Map<string, tf.Variable>();
  for (const [suffix, variables] of bySuffix)
    for (const [name, variable] of variables) all.set(`${name}.${suffix}`, variable);
  return all;
}
