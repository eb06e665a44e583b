import { didYouMean, UsageError } from 'common/utils';
import { inferenceCases } from './inference.js';
import type { Prepared } from './prepared.js';
import { primitiveCases } from './primitives.js';
import { trainingCases } from './training.js';

/** The cases by group; a group's name stands for all of its cases. */
export const groups: Readonly<Record<string, Readonly<Record<string, () => Prepared>>>> = {
  train: trainingCases,
  infer: inferenceCases,
  ops: primitiveCases,
};

export const cases: Readonly<Record<string, () => Prepared>> = {
  ...trainingCases,
  ...inferenceCases,
  ...primitiveCases,
};

/** The cases meant by names of cases and groups; none means the training cases. */
export function chooseCases(names: readonly string[]): string[] {
  return (names.length > 0 ? names : ['train']).flatMap((name) => {
    const group = groups[name];
    if (group !== undefined) return Object.keys(group);
    if (cases[name] !== undefined) return [name];
    const known = [...Object.keys(groups), ...Object.keys(cases)];
    throw new UsageError(`There is no case "${name}".${didYouMean(name, known)} There are: ${known.join(', ')}.`);
  });
}
