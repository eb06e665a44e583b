import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { drawSvg } from '../save.js';
import type { Theme } from '../theme.js';
import { difference, thumbnail } from './snapshot.js';

// Snapshots are thumbnails of 64 × 48 in fixtures/. After a change that is meant, look at the gallery, then write them anew:
// UPDATE_GALLERY=1 npx vitest run common/visualization/gallery (and the same with --config vitest.slow.config.ts for the dark ones).
const fixtures = join(import.meta.dirname, 'fixtures');

/** Compares a picture with the committed thumbnail of that name and theme. */
export async function expectAsBefore(name: string, svg: string, theme: Theme): Promise<void> {
  const now = await thumbnail(await drawSvg(svg, { theme, scale: 1 }));
  const path = join(fixtures, `${name}.${theme}.png`);
  if (process.env.UPDATE_GALLERY === '1') {
    await mkdir(fixtures, { recursive: true });
    await writeFile(path, now);
  }
  expect(existsSync(path), `${path} is missing: UPDATE_GALLERY=1 writes it`).toBe(true);
  const { mean, most } = await difference(now, await readFile(path));
  expect(mean, 'mean difference of the thumbnails').toBeLessThan(1);
  expect(most, 'largest difference of a cell').toBeLessThan(24);
}
