/** A request whose content is not what the protocol says. */
export class InvalidRequest extends Error {
  override name = 'InvalidRequest';
}

type Content = Record<string, unknown>;

/** The text under `name`; InvalidRequest where it is missing or no text. */
export function textOf(content: Content, name: string): string {
  const value = content[name];
  if (typeof value !== 'string') throw new InvalidRequest(`"${name}" must be a string`);
  return value;
}

/** The number under `name`, or `otherwise` where it is missing. */
export function numberOf(content: Content, name: string, otherwise: number): number {
  const value = content[name] ?? otherwise;
  if (typeof value !== 'number') throw new InvalidRequest(`"${name}" must be a number`);
  return value;
}

/** The truth value under `name`, or `otherwise` where it is missing. */
export function flagOf(content: Content, name: string, otherwise: boolean): boolean {
  const value = content[name] ?? otherwise;
  if (typeof value !== 'boolean') throw new InvalidRequest(`"${name}" must be true or false`);
  return value;
}

/** The texts under `name`, such as user_expressions. */
export function textsOf(content: Content, name: string): Record<string, string> {
  const value = content[name] ?? {};
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidRequest(`"${name}" must be an object`);
  const texts: Record<string, string> = {};
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw new InvalidRequest(`"${name}.${key}" must be a string`);
    texts[key] = text;
  }
  return texts;
}
