/** The backend's name in tfjs. */
export const BACKEND_NAME = 'onnx';

// Kernels of our own that gradients are written with; other backends do without.
/** 1 where x > 0, else 0, NaN included. */
export const gateKernel = 'AtelierGate';
/** UnsortedSegmentSum of ids that are all valid. */
export const segmentSumKernel = 'AtelierSegmentSum';
/** Softmax over the last axis where its result is known already: the result, with the way from it to the logits. */
export const knownSoftmaxKernel = 'AtelierKnownSoftmax';
