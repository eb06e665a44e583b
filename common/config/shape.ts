import * as z from 'zod';

type Json = z.core.JSONSchema.JSONSchema;

interface Common {
  /** What may be written here, with its article: `a number > 0`, `one of adamw, sgd`. */
  type: string;
  description: string;
  /** The schema's own default, undefined where the key must be given. */
  default: unknown;
}
export type ObjectShape = Common & { kind: 'object'; keys: ReadonlyMap<string, Shape>; rest: Shape | undefined };
/** What a schema allows at a place, reduced to what composing, error messages and help need. */
export type Shape =
  | ObjectShape
  | (Common & { kind: 'choice'; by: string; branches: ReadonlyMap<string, ObjectShape> })
  | (Common & { kind: 'list'; item(index: number): Shape | undefined })
  /** `options`: the values that may be written, where they are few. */
  | (Common & { kind: 'value'; accepts: ReadonlySet<string>; options: readonly string[] });

/** The shape of a zod schema, through its JSON Schema (zod's own, stable description of itself). */
export function shapeOf(schema: z.ZodType): Shape {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return read(root, root);
}

function read(node: Json | boolean | undefined, root: Json): Shape {
  const json = resolve(node, root);
  const alternatives = (json.oneOf ?? json.anyOf ?? []).map((option) => resolve(option, root));
  const some = alternatives.filter((option) => option.type !== 'null');
  const only = some.length === 1 ? some[0] : undefined;
  const common: Common = {
    type: typeText(json, root),
    description: json.description ?? only?.description ?? '',
    default: json.default ?? (json.default === null ? null : only?.default),
  };
  if (only) {
    const of = read(only, root);
    return of.kind === 'value' ? { ...of, ...common, options: [...of.options, 'null'] } : { ...of, ...common };
  }
  const by = some.length > 1 ? discriminator(some) : undefined;
  if (by !== undefined) return choice(common, by, some, root);
  const objects = [json, ...(json.allOf ?? []).map((part) => resolve(part, root)), ...some].filter(isObject);
  if (objects.length > 0) return object(common, objects, root);
  if (json.type === 'array')
    return {
      ...common,
      kind: 'list',
      item: (index) => {
        const item = json.prefixItems?.[index] ?? (Array.isArray(json.items) ? json.items[index] : json.items);
        return item === undefined || item === false ? undefined : read(item, root);
      },
    };
  const options = (alternatives.length > 0 ? alternatives : [json]).flatMap(optionsOf);
  return { ...common, kind: 'value', accepts: new Set([json, ...some].flatMap(primitives)), options };
}

/** Children are read when asked for: a schema may contain itself. */
function object(common: Common, parts: readonly Json[], root: Json): ObjectShape {
  let keys: Map<string, Shape> | undefined;
  const rest = parts.map((part) => part.additionalProperties).find((extra) => extra !== undefined && extra !== false);
  return {
    ...common,
    kind: 'object',
    get keys() {
      keys ??= new Map(
        parts.flatMap((part) =>
          Object.entries(part.properties ?? {}).map(([key, of]) => [key, read(of, root)] as const),
        ),
      );
      return keys;
    },
    get rest() {
      return rest === undefined ? undefined : read(rest, root);
    },
  };
}

function choice(common: Common, by: string, options: readonly Json[], root: Json): Shape {
  const branches = options.map((option): [string, ObjectShape] => {
    const own: Common = { type: 'a set of keys', description: option.description ?? '', default: undefined };
    return [String(constant(option, by)), object(own, [option], root)];
  });
  return { ...common, kind: 'choice', by, branches: new Map(branches) };
}

/** The key whose fixed value tells the alternatives of a union apart. */
function discriminator(options: readonly Json[]): string | undefined {
  return Object.keys(options[0]?.properties ?? {}).find((key) => {
    const values = options.map((option) => constant(option, key));
    return values.every((value) => value !== undefined) && new Set(values).size === options.length;
  });
}

function constant(option: Json, key: string): string | number | undefined {
  const of = option.properties?.[key];
  const value = typeof of === 'object' ? of.const : undefined;
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

function resolve(node: Json | boolean | undefined, root: Json): Json {
  if (typeof node !== 'object') return {};
  if (node.$ref === undefined) return node;
  const { $ref, ...own } = node;
  const target = $ref === '#' ? root : root.$defs?.[$ref.replace('#/$defs/', '')];
  return { ...resolve(target, root), ...own };
}

const isObject = (json: Json): boolean => json.properties !== undefined || json.type === 'object';

/** For completion. */
function optionsOf(json: Json): string[] {
  if (json.enum) return json.enum.map(String);
  if (json.const !== undefined) return [String(json.const)];
  if (json.type === 'boolean') return ['true', 'false'];
  return json.type === 'null' ? ['null'] : [];
}

function primitives(json: Json): string[] {
  const types = Array.isArray(json.type) ? json.type : [json.type];
  return types.map((type) => (type === 'integer' ? 'number' : String(type)));
}

function typeText(json: Json, root: Json): string {
  const options = json.oneOf ?? json.anyOf;
  if (options) {
    const parts = options.map((option) => resolve(option, root));
    const some = parts.filter((part) => part.type !== 'null');
    const by = some.length > 1 ? discriminator(some) : undefined;
    const texts = by
      ? [`a set of keys with ${by}: ${some.map((part) => constant(part, by)).join(' | ')}`]
      : [...new Set(some.map((part) => typeText(part, root)))];
    return [...texts, ...(some.length < parts.length ? ['null'] : [])].join(' or ');
  }
  if (Array.isArray(json.type)) return json.type.map((type) => typeText({ ...json, type }, root)).join(' or ');
  if (json.const !== undefined) return JSON.stringify(json.const);
  if (json.enum) return `one of ${json.enum.join(', ')}`;
  if (json.type === 'array') return listText(json, root);
  if (isObject(json) || json.allOf) return 'a set of keys';
  if (json.type === 'string') return stringText(json);
  if (json.type === 'boolean') return 'true or false';
  if (json.type === 'null') return 'null';
  if (json.type === 'integer' || json.type === 'number')
    return [json.type === 'integer' ? 'an integer' : 'a number', limits(json)].filter(Boolean).join(' ');
  return 'any value';
}

function limits(json: Json): string {
  const safe = (limit: number | boolean | undefined) =>
    typeof limit === 'number' && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
  return [
    safe(json.minimum) && `≥ ${json.minimum}`,
    safe(json.exclusiveMinimum) && `> ${json.exclusiveMinimum}`,
    safe(json.maximum) && `≤ ${json.maximum}`,
    safe(json.exclusiveMaximum) && `< ${json.exclusiveMaximum}`,
    json.multipleOf !== undefined && `a multiple of ${json.multipleOf}`,
  ]
    .filter(Boolean)
    .join(' and ');
}

function stringText(json: Json): string {
  if (json.pattern !== undefined && json.format === undefined) return `a string like /${json.pattern}/`;
  if (json.format !== undefined) return `a string (${json.format})`;
  const { minLength = 0, maxLength } = json;
  if (maxLength !== undefined) return `a string of ${minLength} to ${maxLength} characters`;
  return minLength === 0
    ? 'a string'
    : minLength === 1
      ? 'a string, not empty'
      : `a string of ≥ ${minLength} characters`;
}

function listText(json: Json, root: Json): string {
  const bare = (node: Json | boolean) => typeText(resolve(node, root), root).replace(/^an? /, '');
  if (json.prefixItems) return `a list [${json.prefixItems.map(bare).join(', ')}]`;
  const { minItems, maxItems } = json;
  const count = minItems === maxItems ? minItems : minItems ? `≥ ${minItems}` : maxItems && `≤ ${maxItems}`;
  const item = Array.isArray(json.items) ? '' : bare(json.items ?? {});
  const items = item.includes(' ') ? `(${item})` : item;
  return `a list of ${count === undefined ? '' : `${count} × `}${items}`;
}
