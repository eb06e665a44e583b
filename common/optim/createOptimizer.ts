import { UserError } from '../utils/index.js';
import { adafactor } from './adafactor.js';
import { adagrad } from './adagrad.js';
import { adam, adamw } from './adam.js';
import { namesMatching } from './groups.js';
import { lamb } from './lamb.js';
import { lars } from './lars.js';
import { lion } from './lion.js';
import { muon } from './muon.js';
import { nadam } from './nadam.js';
import type { Optimizer, OptimizerOptions } from './optimizer.js';
import { type OptimizerSpec, type OptimizerSpecInput, optimizerSchema } from './optimizerSchemas.js';
import { namesOf, parseSpec } from './parseSpec.js';
import { radam } from './radam.js';
import { rmsprop, rmspropTf } from './rmsprop.js';
import type { Schedule } from './schedules/schedule.js';
import { sgd } from './sgd.js';
import type { Parameters } from './state.js';

type Name = OptimizerSpec['name'];
type SpecByName = { [N in Name]: Extract<OptimizerSpec, { name: N }> };
/** What code may give beside the config. */
type InCode = { lr: number | Schedule } & Pick<OptimizerOptions, 'decays' | 'lrScale'>;

/** The momentum that goes with the schedule, where it has one. */
const cycled = ({ lr }: InCode): Schedule | undefined => (typeof lr === 'number' ? undefined : lr.momentum);

const withBeta = <S extends { betas: readonly [number, number] }>(spec: S, code: InCode) => ({
  ...spec,
  ...code,
  betas: [cycled(code) ?? spec.betas[0], spec.betas[1]] as const,
});

const withMomentum = <S extends { momentum: number }>(spec: S, code: InCode) => ({
  ...spec,
  ...code,
  momentum: cycled(code) ?? spec.momentum,
});

/** Refuses a schedule with a momentum where there is none to move. */
const without = <S extends { name: string }>(spec: S, code: InCode) => {
  if (cycled(code))
    throw new UserError(
      `${spec.name} has no momentum for the one-cycle schedule to move; set schedule.momentum to null.`,
    );
  return { ...spec, ...code };
};

/** Every optimizer: a new one is a line here and a schema in optimizerSchemas.ts, and the type check asks for both. */
const optimizers: { [N in Name]: (parameters: Parameters, spec: SpecByName[N], code: InCode) => Optimizer } = {
  sgd: (parameters, spec, code) => sgd(parameters, withMomentum(spec, code)),
  adam: (parameters, spec, code) => adam(parameters, withBeta(spec, code)),
  adamw: (parameters, spec, code) => adamw(parameters, withBeta(spec, code)),
  nadam: (parameters, spec, code) => nadam(parameters, withBeta(spec, code)),
  radam: (parameters, spec, code) => radam(parameters, withBeta(spec, code)),
  adafactor: (parameters, spec, code) => adafactor(parameters, without(spec, code)),
  lamb: (parameters, spec, code) => lamb(parameters, withBeta(spec, code)),
  lars: (parameters, spec, code) => lars(parameters, withMomentum(spec, code)),
  lion: (parameters, spec, code) => lion(parameters, withBeta(spec, code)),
  rmsprop: (parameters, spec, code) => rmsprop(parameters, withMomentum(spec, code)),
  rmspropTf: (parameters, spec, code) => rmspropTf(parameters, withMomentum(spec, code)),
  adagrad: (parameters, spec, code) => adagrad(parameters, without(spec, code)),
  muon(parameters, spec, code) {
    const names = [...parameters.keys()];
    const others = new Set(spec.rest.flatMap((match) => namesMatching(match, names, 'optimizer.rest')));
    const matrices = (name: string, { rank }: { rank: number }) => rank === 2 && !others.has(name);
    return muon(parameters, { ...withMomentum(spec, code), matrices });
  },
};

/** The names `createOptimizer` knows. */
export const optimizerNames: readonly string[] = namesOf(optimizerSchema);

/**
 * An optimizer from its description: `createOptimizer({ name: 'adamw', lr: createSchedule(…) }, model.namedParameters())`. A one-cycle
 * schedule moves the momentum (or beta1) too.
 *
 * @param spec name and options; what is left out takes its default. `lr` may be a schedule.
 * @throws UserError for an unknown name or option, with the nearest, and for values out of their range.
 */
export function createOptimizer(
  { lr, decays, lrScale, ...spec }: DistributiveOmit<OptimizerSpecInput, 'lr'> & Partial<InCode>,
  parameters: Parameters,
): Optimizer {
  const given = typeof lr === 'number' ? { ...spec, lr } : spec;
  const parsed = parseSpec(optimizerSchema, given, 'optimizer');
  return build(parsed, parameters, { lr: lr ?? parsed.lr, decays, lrScale });
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

// One name at a time, so that the table's entry and the spec are known to belong together.
function build<N extends Name>(spec: SpecByName[N] & { name: N }, parameters: Parameters, code: InCode): Optimizer {
  return optimizers[spec.name](parameters, spec, code);
}
