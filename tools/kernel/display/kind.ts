import type { MimeBundle } from 'common/utils';

/** A kind of value that has a picture of its own. `undefined`: this value is of another kind. */
export type Kind = (value: object) => Promise<MimeBundle> | undefined;

/**
 * Kinds are told by what a value can do (its methods and fields), never by `instanceof`: a notebook may hold a class in two versions (the file was
 * edited, the package is installed twice), and naming the class here would load it. This is also how tfjs itself tells a tensor.
 */
export function kind<T>(is: (value: object) => value is T & object, show: (value: T) => Promise<MimeBundle>): Kind {
  return (value) => (is(value) ? show(value) : undefined);
}

/** Whether these are methods of the value. */
export function hasMethods<K extends string>(value: object, ...names: K[]): value is Record<K, () => unknown> {
  return names.every((name) => typeof Reflect.get(value, name) === 'function');
}

/** Whether the value is a list of whole numbers from 0: a shape. */
export function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((side) => Number.isInteger(side) && side >= 0);
}

/** Whether the value is a list of texts. */
export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
