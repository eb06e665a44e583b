/** The part of ONNX Runtime that computes. */
export type Provider = 'cpu' | 'webgpu' | 'cuda';

/** What a graph is prepared for: passes choose operators that its provider has. */
export interface Target {
  readonly provider: Provider;
}
