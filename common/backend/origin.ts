import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engine } from '@tensorflow/tfjs-core';
import { shortPath } from '../utils/index.js';

/** Frames that a stack keeps above tfjs's engine: an operator is two of them, and the callers of which a message tells. */
const DEPTH = 10;
/** The same in a gradient, where tfjs's own are about thirty. */
const DEPTH_IN_GRADIENT = 50;
/** Lines that a message names: the one that called the operator, and those that called it. */
const LINES = 3;

/** Where an operator of a graph was called. Made once an operator of tfjs; the stack's text is only made when it is read. */
export class Origin {
  /** The operator as the caller named it (`tf.gather`), or the part of this engine that stands in its place. */
  readonly op: string | undefined;
  /** The path of the module that called it (`blocks.0.attn`), where scopes are told. */
  readonly scope: string;
  private readonly stack: Stack | undefined;

  constructor(op: string | undefined, scope: string, stack: Stack | undefined) {
    this.op = op;
    this.scope = scope;
    this.stack = stack;
  }

  /** `file:line:column` of the caller, then of what called that: tfjs's and this engine's own files left out. */
  get lines(): string[] {
    return callers(this.stack?.stack ?? '').slice(0, LINES);
  }

  /** Such as `recorded by tf.gather at train.ts:12:5, called from main.ts:3:1`; empty where nothing is known. */
  toString(): string {
    const [first, ...rest] = this.lines;
    const backward = /backpropagateGradients/.test(this.stack?.stack ?? '') ? ' in a gradient' : '';
    const op = this.op === undefined ? '' : ` by ${this.op}`;
    const at = first === undefined ? '' : ` at ${first}`;
    const from = rest.length === 0 ? '' : `, called from ${rest.join(', ')}`;
    return op === '' && at === '' ? '' : `recorded${op}${backward}${at}${from}`;
  }
}

const own = `${import.meta.dirname}${sep}`;

/** The places in a stack that are neither tfjs's nor this engine's (whose tests are callers too). */
function callers(stack: string): string[] {
  const places: string[] = [];
  for (const line of stack.split('\n')) {
    const found = /^\s+at .*?\(?((?:file:|\/|[A-Za-z]:[\\/])[^()]*):(\d+):(\d+)\)?$/.exec(line);
    const [, where = '', row, column] = found ?? [];
    if (where === '' || /node_modules|tfjs-[a-z-]+\/src\//.test(where)) continue;
    const path = where.startsWith('file:') ? fileURLToPath(where) : where;
    if (path.startsWith(own) && !path.endsWith('.test.ts')) continue;
    places.push(`${shortPath(path)}:${row}:${column}`);
  }
  return places;
}

let scope = '';

/** Operators called by fn belong to the module of this path: their nodes in an exported file are named after it. */
export function inScope<T>(path: string, fn: () => T): T {
  const before = scope;
  scope = path;
  try {
    return fn();
  } finally {
    scope = before;
  }
}

interface Stack {
  readonly stack?: string;
}

/** The stack above tfjs's engine. */
function captureStack(depth: number): Stack {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = depth;
  const holder = {};
  Error.captureStackTrace(holder, engine().runKernel);
  Error.stackTraceLimit = limit;
  return holder;
}

/** One stack for all operators of a backward pass: they have the line in common that asked for the gradient. */
const gradients = new WeakMap<object, Stack>();

function currentStack(): Stack {
  const scopes: readonly { readonly name: string }[] = engine().state.scopeStack;
  const backward = scopes.findLast(({ name }) => name === 'backward');
  if (backward === undefined) return captureStack(DEPTH);
  const known = gradients.get(backward);
  if (known !== undefined) return known;
  const stack = captureStack(DEPTH_IN_GRADIENT);
  gradients.set(backward, stack);
  return stack;
}

/** The same origin with the line that is running now. */
export function withLine({ op, scope }: Origin): Origin {
  return new Origin(op, scope, currentStack());
}

// One call of an operator records several nodes: they share what is known of it.
let last: { readonly scope: object; readonly origin: Origin } | undefined;

/** Where the operator that is being recorded was called; the line only if it is asked for, as walking the stack takes some microseconds. */
export function currentOrigin(withLine: boolean): Origin {
  // tfjs names the scope of each operator after it.
  const active: { readonly name: string } | null = engine().state.activeScope;
  const op = active?.name?.endsWith('__op') ? `tf.${active.name.slice(0, -4)}` : undefined;
  if (op === undefined || active === null) return new Origin(undefined, scope, withLine ? currentStack() : undefined);
  if (last?.scope === active) return last.origin;
  const origin = new Origin(op, scope, withLine ? currentStack() : undefined);
  last = { scope: active, origin };
  return origin;
}
