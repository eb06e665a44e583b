import * as tf from '@tensorflow/tfjs-core';
import type { Module } from '../../nn/index.js';

export interface LayerCall {
  /** `blocks.0.attn`, '' for the model itself. */
  name: string;
  kind: string;
  depth: number;
  inputs: readonly tf.Tensor[];
  output: tf.Tensor;
  /** What `enter` gave when the call began. */
  entered: number;
}

/**
 * Runs a forward pass eagerly and shows every module's call as it returns, parts before the whole. The modules are as before afterwards.
 */
export function watchForward(
  model: Module,
  run: () => tf.Tensor,
  seen: (call: LayerCall) => void,
  enter: () => number = () => 0,
): void {
  const watched: Module[] = [];
  try {
    for (const [name, module] of model.namedModules()) {
      if (!('forward' in module) || typeof module.forward !== 'function') continue;
      const own = module.forward;
      const wrapped = (...args: unknown[]): unknown => {
        const entered = enter();
        const output: unknown = own.apply(module, args);
        const inputs = args.filter((arg) => arg instanceof tf.Tensor);
        if (output instanceof tf.Tensor)
          seen({ name, kind: module.constructor.name, depth: depthOf(name), inputs, output, entered });
        return output;
      };
      // An own property hides the class's method until it is removed.
      Object.defineProperty(module, 'forward', { value: wrapped, configurable: true, enumerable: false });
      watched.push(module);
    }
    tf.tidy(() => {
      run();
    });
  } finally {
    for (const module of watched) Reflect.deleteProperty(module, 'forward');
  }
}

/** Names the first layer whose output is not finite though its inputs and weights are. */
export function traceForward(model: Module, run: () => tf.Tensor): { culprit: string | undefined } {
  let culprit: string | undefined;
  for (const [name, variable] of model.namedVariables())
    if (!allFinite(variable)) return { culprit: `The weights ${name} are not finite.` };
  watchForward(model, run, ({ name, kind, inputs, output }) => {
    if (culprit !== undefined || allFinite(output)) return;
    const what = `${name === '' ? 'the model' : name} (${kind})`;
    const into = inputs.map((input) =>
      allFinite(input) ? `largest input ${largest(input).toPrecision(4)}` : undefined,
    );
    if (into.includes(undefined)) {
      culprit = `The inputs of ${what} are not finite: look at the data${name === '' ? '' : ' or at what is computed before it outside of a layer'}.`;
      return;
    }
    const values = output.dataSync();
    const bad = Array.from(values).filter((value) => !Number.isFinite(value)).length;
    culprit = `The first layer with a result that is not finite is ${what}: ${bad} of ${values.length} numbers of its output [${output.shape.join(', ')}]; ${into.join(', ')}.`;
  });
  return { culprit };
}

function allFinite(x: tf.Tensor): boolean {
  return x.dtype !== 'float32' || x.dataSync().every((value) => Number.isFinite(value));
}

function largest(x: tf.Tensor): number {
  let most = 0;
  for (const value of x.dataSync()) most = Math.max(most, Math.abs(value));
  return most;
}

const depthOf = (name: string): number => (name === '' ? 0 : name.split('.').length);
