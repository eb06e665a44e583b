import { expectWhole } from './expect.js';
import { type Sampler, samplerOf } from './sampler.js';

/** 0 … length − 1 in every epoch (torch `SequentialSampler`). */
export function sequential(length: number): Sampler {
  expectWhole('sequential', 'length', length, 0);
  return samplerOf(length, () => Int32Array.from({ length }, (_, i) => i));
}
