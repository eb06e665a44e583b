import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from 'common/utils';

/** How this repository's kernel is started: absolute paths, so that it starts from any folder. `{connection_file}` is filled in by the client. */
export function kernelCommand(): string[] {
  const folder = join(projectRoot(), 'tools', 'kernel');
  const launcher = join(folder, 'main.mjs');
  if (existsSync(launcher)) return [process.execPath, launcher, '{connection_file}'];
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return [process.execPath, '--import', tsx, join(folder, 'main.ts'), '{connection_file}'];
}
