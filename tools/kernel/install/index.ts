export { findKernels, type InstalledKernel } from './findKernels.js';
export { dataDirs, prefixDataDir, userDataDir } from './jupyterPaths.js';
export { removeKernelSpec, writeKernelSpec } from './kernelSpec.js';
