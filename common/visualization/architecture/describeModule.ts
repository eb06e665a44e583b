import type { Tensor } from '@tensorflow/tfjs-core';
import type { Module } from '../../nn/index.js';

/** A module of a model, or several alike in a row. */
export type ArchitectureNode = {
  /** as in its parent: `patch_embed`, `blocks.0`; of several `blocks.0 … 11` */
  name: string;
  kind: string;
  /** trainable numbers of one, with those of its parts */
  parameters: number;
  /** of its output, where it was called in a forward pass that was given */
  shape?: readonly number[];
  /** how many alike follow each other */
  repeat: number;
  children: readonly ArchitectureNode[];
};

export type DescribeOptions = {
  /** parts further below than this are left out; default 2 */
  depth?: number;
  /** one forward pass, for shapes and for the order of calls: `() => model.forward(tf.zeros([1, 224, 224, 3]))`; its tensors are disposed */
  run?: () => Tensor;
};

/** The parts of a model as boxes in boxes, with shapes where a forward pass is given. Neighbours of one build become one with a count. */
export async function describeModule(
  model: Module,
  { depth = 2, run }: DescribeOptions = {},
): Promise<ArchitectureNode> {
  const shapes = run === undefined ? new Map<string, readonly number[]>() : await traceShapes(model, run);
  const order = new Map([...shapes.keys()].map((path, i) => [path, i]));
  const describe = (name: string, path: string, module: Module, left: number): ArchitectureNode => {
    const parts = left === 0 ? [] : [...module.children()];
    const place = (part: string): number =>
      order.get(path === '' ? part : `${path}.${part}`) ?? Number.POSITIVE_INFINITY;
    // In the order of their calls, as far as they were called.
    if (parts.every(([part]) => Number.isFinite(place(part)))) parts.sort(([a], [b]) => place(a) - place(b));
    const shape = shapes.get(path);
    return {
      ...{ name, kind: module.constructor.name, repeat: 1, ...(shape === undefined ? {} : { shape }) },
      parameters: [...module.namedVariables().values()].reduce(
        (sum, { trainable, size }) => sum + (trainable ? size : 0),
        0,
      ),
      children: folded(
        parts.map(([part, child]) => describe(part, path === '' ? part : `${path}.${part}`, child, left - 1)),
      ),
    };
  };
  return describe('', '', model, depth);
}

/** Runs of equal siblings as one. */
function folded(nodes: readonly ArchitectureNode[]): ArchitectureNode[] {
  const result: ArchitectureNode[] = [];
  let first = '';
  for (const node of nodes) {
    const last = result.at(-1);
    if (last === undefined || signature(last) !== signature(node)) {
      result.push(node);
      first = node.name;
    } else {
      const from =
        first.lastIndexOf('.') === node.name.lastIndexOf('.')
          ? node.name.slice(node.name.lastIndexOf('.') + 1)
          : node.name;
      result[result.length - 1] = { ...last, name: `${first} … ${from}`, repeat: last.repeat + 1 };
    }
  }
  return result;
}

/** What two modules must share to be drawn as one. */
function signature({ kind, parameters, shape, children }: ArchitectureNode): string {
  return JSON.stringify([kind, parameters, shape, children.map((child) => [signature(child), child.repeat])]);
}

/** The shape of every module's output, by path, in the order in which they were called first. The modules are as before afterwards. */
async function traceShapes(model: Module, run: () => Tensor): Promise<Map<string, readonly number[]>> {
  const { tidy } = await import('@tensorflow/tfjs-core');
  const shapes = new Map<string, readonly number[]>();
  const watched: Module[] = [];
  const training = model.training;
  model.eval();
  try {
    for (const [path, module] of model.namedModules()) {
      if (!('forward' in module) || typeof module.forward !== 'function' || watched.includes(module)) continue;
      const own = module.forward;
      const watching = (...given: unknown[]): unknown => {
        // A place in the order of calls, also before the parts have returned.
        if (!shapes.has(path)) shapes.set(path, []);
        const output: unknown = own.apply(module, given);
        if (typeof output === 'object' && output !== null && 'shape' in output && Array.isArray(output.shape))
          shapes.set(path, output.shape.map(Number));
        return output;
      };
      Object.defineProperty(module, 'forward', { value: watching, configurable: true, enumerable: false });
      watched.push(module);
    }
    tidy(() => {
      run();
    });
  } finally {
    for (const module of watched) Reflect.deleteProperty(module, 'forward');
    model.train(training);
  }
  return new Map([...shapes].filter(([, shape]) => shape.length > 0));
}
