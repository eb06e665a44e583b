import { explain } from './explain.js';
import { type Graph, topological, type Value } from './graph.js';
import { lowerGraph } from './lower/index.js';
import { optimize } from './passes/index.js';
import { attrKey } from './passes/rewrite.js';
import { engineSettings, Session, type SessionOptions, type Storage } from './session.js';
import { stats, timed } from './stats.js';
import type { Target } from './target.js';

/** A graph that is compiled: run it with one storage an input, in the order of `inputs`, and one an output. */
export class Executable {
  /** The inputs that the optimised graph still needs, by their place in the graph that was given. */
  readonly needed: readonly number[];
  readonly graph: Graph;
  private readonly session: Session;
  private disposed = false;
  private readonly target: Target;
  private readonly inputNames: readonly string[];
  private readonly outputNames: readonly string[];

  constructor(graph: Graph, options: SessionOptions = engineSettings()) {
    const start = performance.now();
    this.target = { provider: options.provider };
    this.graph = optimize(graph, this.target);
    this.needed = this.graph.inputs.map((value) => graph.inputs.indexOf(value));
    this.inputNames = this.graph.inputs.map((_, i) => `i${i}`);
    this.outputNames = this.graph.outputs.map((_, i) => `o${i}`);
    const model = lowerGraph(this.graph, {
      inputNames: this.inputNames,
      outputNames: this.outputNames,
      target: this.target,
    });
    try {
      this.session = new Session(model, options);
    } catch (error) {
      throw explain(error, this.graph);
    }
    stats.compiles++;
    stats.sessions++;
    stats.compileMs += performance.now() - start;
  }

  /**
   * Runs with the storages of the needed inputs, writing into those of the outputs. `recorded` is the graph that this run is of, where that
   * is another of the same structure than the one this was made from.
   */
  run(inputs: readonly Storage[], outputs: readonly Storage[], recorded?: Graph): void {
    const feeds: Record<string, Storage['tensor']> = {};
    const fetches: Record<string, Storage['tensor']> = {};
    for (let i = 0; i < inputs.length; i++) {
      const storage = inputs[i];
      if (storage !== undefined) feeds[this.inputNames[i] ?? ''] = storage.tensor;
    }
    for (let i = 0; i < outputs.length; i++) {
      const storage = outputs[i];
      if (storage !== undefined) fetches[this.outputNames[i] ?? ''] = storage.tensor;
    }
    stats.runs++;
    try {
      timed('runMs', () => this.session.run(feeds, fetches));
    } catch (error) {
      throw explain(error, this.graph, recorded, this.target);
    }
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    stats.sessions--;
    this.session.dispose();
  }
}

/** The graph's structure as text: operators, attributes, types and wiring, never the values of inputs. */
export function structuralKey(graph: Graph): string {
  const places = new Map<Value, string>();
  graph.inputs.forEach((value, i) => {
    places.set(value, `i${i}`);
  });
  const parts = graph.inputs.map((v) => `${v.dtype}[${v.shape}]`);
  let count = 0;
  for (const node of topological(graph.outputs)) {
    if (node.op === 'Input') continue;
    parts.push(`${node.op}(${node.inputs.map((v) => places.get(v)).join()})${attrKey(node.attrs)}`);
    for (const value of node.outputs) places.set(value, `${count}.${value.index}`);
    count++;
  }
  parts.push(graph.outputs.map((v) => places.get(v)).join());
  return parts.join('\n');
}

const cache = new Map<string, Executable>();
/** Executables kept at once: the one that was not used for longest goes first. */
const CACHE_SIZE = 256;

/** How often graphs of the same operators were compiled, and the last of them. */
const families = new Map<string, { count: number; last: string }>();
/** More compilations than this of the same operators mean that an attribute or a shape changes at every evaluation. */
const STORM = 16;
let warned = false;

/** Warns once of a storm of compilations, naming the operator that changed. */
function watch(key: string): void {
  if (warned) return;
  const operators = key.replace(/[^\n(]*\[[^\n]*|\([^\n]*/g, '');
  const family = families.get(operators);
  if (family === undefined) {
    if (families.size >= CACHE_SIZE) families.clear();
    families.set(operators, { count: 1, last: key });
    return;
  }
  const [before, now] = [family.last.split('\n'), key.split('\n')];
  family.last = key;
  if (++family.count <= STORM) return;
  warned = true;
  const line = now.findIndex((text, i) => text !== before[i]);
  console.warn(
    `The same operators were compiled ${family.count} times: something changes at every evaluation. ` +
      `The last time it was ${before[line]?.slice(0, 200)} → ${now[line]?.slice(0, 200)}. ` +
      'Numbers that change belong in tensors, not in attributes; batches are best of one size.',
  );
}

/** The executable of a graph: made, or found under its structural key. */
export function executableOf(graph: Graph): Executable {
  // The same graph is another executable on another provider.
  const key = `${engineSettings().provider}\n${structuralKey(graph)}`;
  const known = cache.get(key);
  if (known !== undefined) {
    stats.hits++;
    cache.delete(key);
    cache.set(key, known);
    return known;
  }
  watch(key);
  const made = new Executable(graph);
  cache.set(key, made);
  if (cache.size > CACHE_SIZE) {
    for (const [oldKey, old] of cache) {
      old.dispose();
      cache.delete(oldKey);
      break;
    }
  }
  return made;
}
