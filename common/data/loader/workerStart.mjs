// Starts worker.ts under tsx. A thread's own `--import tsx` does not take effect in Node 20, and hosts differ in what a thread inherits.
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
