import { type AttributeProto, elemTypes, type NodeProto, type TensorProto } from '../onnxProto.js';
import type { DType } from '../ops.js';
import { defaultOpset, type Target } from '../target.js';
import { formIn } from './opsets.js';

export type AttrValue =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] };

/** An axis of an exported model whose length is not known before a run: the batch, the tokens of a source. */
export interface FreeAxis {
  readonly name: string;
  /** The length under which the graph was recorded, a prime: every multiple of it stands for a multiple of the real length. */
  readonly size: number;
  /** The graph input whose axis gives the real length. */
  readonly input: string;
  readonly axis: number;
}

/** A length that depends on free axes: `times` × the product of theirs. */
export interface FreeLength {
  readonly times: number;
  readonly axes: readonly FreeAxis[];
}

function attribute(name: string, value: AttrValue): AttributeProto {
  if (typeof value === 'number') return { name, type: 2, i: value };
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) };
  if ('float' in value) return { name, type: 1, f: value.float };
  if ('floats' in value) return { name, type: 6, floats: value.floats };
  return { name, type: 7, ints: value };
}

export interface EmitterOptions {
  readonly free?: readonly FreeAxis[];
  readonly target?: Target;
  /** Nodes are named after the modules that called their operators. */
  readonly modules?: boolean;
}

const MICROSOFT = 'com.microsoft';

/** Collects the ONNX nodes and constants of one model. Constants of equal content are written once. */
export class Emitter {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly domains = new Set<string>();
  private readonly constants = new Map<string, string>();
  private readonly free: readonly FreeAxis[];
  private readonly used: ReadonlySet<object>;
  private readonly lengths = new Map<FreeAxis, string>();
  private readonly times = new Map<string, number>();
  private readonly modules: boolean;
  private count = 0;
  /** What the next nodes are named after: the module of an exported file; `Op.place` in a graph of our own, where errors are found by it. */
  scope = '';
  /** The operator being lowered. */
  from = '';
  /** Only operators of the ONNX standard are written. */
  readonly portable: boolean;
  readonly opset: number;

  constructor(used: ReadonlySet<object>, { free = [], target, modules = false }: EmitterOptions = {}) {
    this.used = used;
    this.free = free;
    this.modules = modules;
    this.opset = target?.opset ?? defaultOpset;
    this.portable = target?.portable ?? false;
  }

  /** Whether any node or output of the graph needs a value. */
  isUsed(value: object): boolean {
    return this.used.has(value);
  }

  name(hint: string): string {
    return `${hint}_${this.count++}`;
  }

  /** The names of a new node and of its outputs. */
  private named(opType: string, outputs: number): [string, string[]] {
    if (this.modules && this.scope !== '') {
      const wanted = `${this.scope}/${opType}`;
      const times = this.times.get(wanted) ?? 0;
      this.times.set(wanted, times + 1);
      const node = times === 0 ? wanted : `${wanted}_${times}`;
      return [node, outputs === 1 ? [node] : Array.from({ length: outputs }, (_, i) => `${node}.${i}`)];
    }
    const names = Array.from({ length: outputs }, () => this.name(opType));
    const prefix = this.scope === '' ? '' : `${this.scope}/`;
    return [`${prefix}${opType}_${this.nodes.length}`, names];
  }

  /** Emits an operator with several outputs and returns their names. */
  ops(
    opType: string,
    inputs: readonly string[],
    outputs: number,
    attrs: Record<string, AttrValue> = {},
    domain = '',
  ): string[] {
    const otherwise = domain === '' ? formIn(this.opset, opType, attrs, this.from) : undefined;
    if (otherwise !== undefined) return otherwise(this, inputs, attrs);
    if (domain !== '' && this.portable)
      throw new Error(`${this.from} has no form without ${domain}.${opType}, so that it cannot be exported portably`);
    this.domains.add(domain);
    const [node, names] = this.named(opType, outputs);
    this.nodes.push({
      input: [...inputs],
      output: names,
      name: node,
      opType,
      attribute: Object.entries(attrs).map(([key, value]) => attribute(key, value)),
      domain,
    });
    return names;
  }

  op(opType: string, inputs: readonly string[], attrs: Record<string, AttrValue> = {}): string {
    return this.ops(opType, inputs, 1, attrs)[0] ?? '';
  }

  /** One of ONNX Runtime's own operators. */
  microsoft(opType: string, inputs: readonly string[], attrs: Record<string, AttrValue> = {}): string {
    return this.ops(opType, inputs, 1, attrs, MICROSOFT)[0] ?? '';
  }

  constant(elemType: number, dims: readonly number[], rawData: Uint8Array): string {
    const small = rawData.byteLength <= 256;
    const key = small ? `${elemType}|${dims.join()}|${Buffer.from(rawData).toString('base64')}` : '';
    const known = small ? this.constants.get(key) : undefined;
    if (known !== undefined) return known;
    // Small ones are shared by operators of all modules.
    const name = small ? this.name('const') : (this.named('constant', 1)[1][0] ?? '');
    this.initializers.push({ dims: [...dims], dataType: elemType, name, rawData });
    if (small) this.constants.set(key, name);
    return name;
  }

  data(dtype: DType, dims: readonly number[], data: Float32Array | Int32Array | Uint8Array): string {
    return this.constant(elemTypes[dtype], dims, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  scalar(dtype: DType, value: number): string {
    return this.constant(elemTypes[dtype], [], scalarBytes(dtype, [value]));
  }

  float(value: number): string {
    return this.scalar('float32', value);
  }

  int64(values: readonly number[]): string {
    return this.constant(elemTypes.int64, [values.length], scalarBytes('int64', values));
  }

  /** The numbers of an int64 constant. */
  integers(name: string): number[] {
    const found = this.initializers.find((tensor) => tensor.name === name);
    if (found === undefined) throw new Error(`"${name}" is no constant`);
    return Array.from(new BigInt64Array(Uint8Array.from(found.rawData).buffer), Number);
  }

  cast(input: string, to: DType): string {
    return this.op('Cast', [input], { to: elemTypes[to] });
  }

  /** What a length is made of where it depends on a free axis; undefined where it does not. */
  freeLength(length: number): FreeLength | undefined {
    const axes: FreeAxis[] = [];
    let times = length;
    for (const axis of this.free)
      while (times > 0 && times % axis.size === 0) {
        axes.push(axis);
        times /= axis.size;
      }
    return axes.length === 0 ? undefined : { times, axes };
  }

  /** A shape as an int64 vector: a constant, or computed where it depends on free axes. */
  shape(dims: readonly number[]): string {
    if (dims.every((d) => this.freeLength(d) === undefined)) return this.int64(dims);
    const parts = dims.map((d) => {
      const free = this.freeLength(d);
      if (free === undefined) return this.int64([d]);
      const factors = free.axes.map((axis) => this.lengthOf(axis));
      if (free.times !== 1) factors.push(this.int64([free.times]));
      return factors.reduce((product, factor) => this.op('Mul', [product, factor]));
    });
    return parts.length === 1 ? (parts[0] ?? '') : this.op('Concat', parts, { axis: 0 });
  }

  /** The real length of a free axis. */
  private lengthOf(axis: FreeAxis): string {
    const known = this.lengths.get(axis);
    if (known !== undefined) return known;
    const length = this.op('Shape', [axis.input], { start: axis.axis, end: axis.axis + 1 });
    this.lengths.set(axis, length);
    return length;
  }
}

export function scalarBytes(dtype: DType, values: readonly number[]): Uint8Array {
  switch (dtype) {
    case 'float32':
      return new Uint8Array(Float32Array.from(values).buffer);
    case 'int32':
      return new Uint8Array(Int32Array.from(values).buffer);
    case 'uint32':
      return new Uint8Array(Uint32Array.from(values).buffer);
    case 'int64':
      return new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
    case 'bool':
      return Uint8Array.from(values);
  }
}
