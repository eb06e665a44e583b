import { UserError } from '../../utils/errors.js';

/** @throws UserError unless the option is a whole number of at least `least`. */
export function expectWhole(sampler: string, option: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new UserError(`${sampler}: ${option} is ${value}; it must be a whole number, ${least} or more`);
}
