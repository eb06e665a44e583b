export { type LrFindOptions, lrFind, type SweptOptimizer } from './lrFind.js';
export { requestSweep, SweepDone, type SweepRequest } from './mode.js';
export { suggested, writeSweep } from './report.js';
export {
  type LrCurve,
  minimum,
  type RuleName,
  type Suggestions,
  slide,
  steepest,
  suggestions,
  valley,
} from './suggest.js';
export { Sweep, type SweepOptions, type SweepResult } from './sweep.js';
