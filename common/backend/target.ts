/** The part of ONNX Runtime that computes. */
export type Provider = 'cpu' | 'webgpu' | 'cuda';

/** What a graph is prepared for: passes and lowering choose operators that it has. */
export interface Target {
  readonly provider: Provider;
  /** The version of ONNX's operators that the model uses, `oldestOpset` to `newestOpset`. Default: 20. */
  readonly opset?: number;
  /** Only operators of the ONNX standard, none of ONNX Runtime's own (`com.microsoft`). Default: false. */
  readonly portable?: boolean;
}

export const defaultOpset = 20;
/** Before 13, ReduceSum, Softmax, Split, Squeeze and Unsqueeze say something else. */
export const oldestOpset = 13;
/** The newest that ONNX Runtime 1.30 reads. */
export const newestOpset = 26;
