import * as tf from '@tensorflow/tfjs-core';
import type { OnnxBackend } from '../backend.js';
import { Graph, inputValue } from '../graph.js';
import '../index.js';
import { Recording } from '../recording.js';
import { trace } from '../trace.js';
import { tensorsIn } from '../tree.js';

/** The graph that tfjs's operators record for float32 inputs of these shapes; nothing is run. For tests. */
export function record(shapes: readonly (readonly number[])[], fn: (...inputs: tf.Tensor[]) => unknown): Graph {
  // common/backend selects the backend of this class.
  const backend = tf.backend() as OnnxBackend;
  const inputs = shapes.map((shape) => inputValue(shape, 'float32'));
  const { result } = trace(backend, new Recording('test'), () => {
    const tensors = inputs.map((value) => tf.engine().makeTensorFromTensorInfo(backend.output(value)));
    return tensorsIn(fn(...tensors)).map((tensor) => backend.value(tensor));
  });
  return new Graph(inputs, result);
}
