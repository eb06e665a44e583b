// Importing this file registers every kernel of the backend.
import './activation.js';
import './elementwise.js';
import './complex.js';
import './fused.js';
import './host.js';
import './image.js';
import './indexing.js';
import './matrix.js';
import './movement.js';
import './pooling.js';
import './reduce.js';
import './volume.js';

export { BACKEND_NAME, bindKernels } from './register.js';
