export { type AdamOptions, adam, adamw } from './adam.js';
export { clipGradNorm, gradNorm } from './clipGradNorm.js';
export { type Ema, type EmaOptions, ema } from './ema.js';
export type { Optimizer, OptimizerOptions } from './optimizer.js';
export { constantSchedule, cosineSchedule, linearSchedule, type Schedule, type ScheduleOptions } from './schedules.js';
export { type SgdOptions, sgd } from './sgd.js';
export { type ValueAndGrads, valueAndGrads } from './valueAndGrads.js';
