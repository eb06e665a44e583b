// Importing this file registers every kernel of the backend.
import './elementwise.js';
import './fused.js';
import './matrix.js';
import './movement.js';
import './reduce.js';

export { BACKEND_NAME, bindKernels } from './register.js';
