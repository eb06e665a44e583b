export { compareOutputs, type Difference } from './compareOutputs.js';
export { diffText } from './diffText.js';
export { type NotebookTest, testNotebook } from './testNotebook.js';
