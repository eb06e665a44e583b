import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeFileAtomic } from '../../utils/index.js';
import { figurePage } from '../page/page.js';
import { savePng } from '../save.js';
import type { Theme } from '../theme.js';
import { cases } from './cases.js';

/** Writes every figure as PNGs in both themes, and a page for each theme: `tsx common/visualization/gallery/main.ts [folder] [names of figures …]`. */
const [to = 'assets/outputs/gallery', ...names] = process.argv.slice(2);
const folder = resolve(to);
await mkdir(folder, { recursive: true });
const drawn = [];
for (const { name, about, figure } of cases)
  if (names.length === 0 || names.includes(name)) drawn.push({ name, about, figure: await figure() });
for (const theme of ['light', 'dark'] satisfies Theme[]) {
  for (const { name, figure } of drawn)
    await savePng(figure, join(folder, `${name}.${theme}.png`), { theme, scale: 1 });
  const sections = drawn.map(({ name, about, figure }) => ({ heading: name, text: about, figures: [figure] }));
  await writeFileAtomic(
    join(folder, theme === 'light' ? 'index.html' : 'dark.html'),
    await figurePage(sections, { title: 'Gallery', theme }),
  );
}
process.stdout.write(`${drawn.length} figures, light and dark: ${join(folder, 'index.html')}\n`);
