import * as tf from '@tensorflow/tfjs-core';
import { readVariable, type StateDict, type StateTensor, writeVariable } from '../backend/state.js';
import { didYouMean, UserError } from '../utils/index.js';

export type { StateDict };
export type Parameters = ReadonlyMap<string, tf.Variable>;

/** A variable of zeros for each parameter, made now, so that nothing is made inside a compiled step. */
export function zerosLike(parameters: Parameters): Map<string, tf.Variable> {
  const zeros = (variable: tf.Variable) => tf.tidy(() => tf.variable(tf.zerosLike(variable), false));
  return new Map([...parameters].map(([name, variable]) => [name, zeros(variable)]));
}

export function scalarState(value: number): StateTensor {
  return { dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(value)) };
}

/** Host copies of variables, named `<name><suffix>`. */
export function readState(variables: Parameters, suffix = ''): StateDict {
  return new Map([...variables].map(([name, variable]) => [name + suffix, readVariable(variable)]));
}

/**
 * Gives every variable the value of the same name; nothing changes where it throws.
 * @throws UserError naming what is missing, unexpected or of another shape.
 */
export function writeState(variables: Parameters, dict: StateDict, what: string): void {
  checkState(variables, dict, what);
  for (const [name, variable] of variables) writeVariable(variable, dict.get(name)!);
}

/** @throws UserError naming what is missing, unexpected or of another shape. */
export function checkState(variables: Parameters, dict: StateDict, what: string): void {
  const problems: string[] = [];
  for (const [name, variable] of variables) {
    const value = dict.get(name);
    if (!value) problems.push(`${name} is missing`);
    else if (value.shape.join() !== variable.shape.join())
      problems.push(`${name} is [${value.shape.join(', ')}] there and [${variable.shape.join(', ')}] here`);
  }
  for (const name of dict.keys())
    if (!variables.has(name)) problems.push(`${name} is not expected.${didYouMean(name, variables.keys())}`);
  if (problems.length > 0) {
    const more = problems.length > 8 ? `; and ${problems.length - 8} more` : '';
    throw new UserError(`The state does not fit ${what}: ${problems.slice(0, 8).join('; ')}${more}.`);
  }
}
