import { hostKernels } from './fallback.js';
import { hostKernel } from './register.js';

for (const name of hostKernels) hostKernel(name);
