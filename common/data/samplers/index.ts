export { distributedShard, type ShardOptions } from './distributedShard.js';
export { type MPerClassOptions, mPerClass } from './mPerClass.js';
export { random } from './random.js';
export type { Sampler } from './sampler.js';
export { sequential } from './sequential.js';
export { type WeightedOptions, weighted } from './weighted.js';
