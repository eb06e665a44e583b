export { cellUrl } from './cellUrl.js';
export { formatDiagnostics } from './formatDiagnostics.js';
export type { CellId, Compiled, Completeness, Completions, Diagnostic, Inspection } from './messages.js';
export { type LanguageService, startLanguage } from './startLanguage.js';
export { prepareLanguage } from './workerFiles.js';
