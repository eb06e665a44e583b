// What `atelier runs` and `atelier diff` need of training: it reads files, and loads no engine.
// biome-ignore lint/style/noRestrictedImports: all of common/training would keep the command waiting.
export * from 'common/training/runs';
