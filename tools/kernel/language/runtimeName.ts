/** The global object of the executor through which scripts of cells import and dispose: see importer.ts. */
export const runtimeName = '__atelier';
