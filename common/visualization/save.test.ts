import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lineFigure, saveHtml, saveSvg } from './index.js';

const run = promisify(execFile);
const tsx = createRequire(import.meta.url).resolve('tsx');
const index = JSON.stringify(import.meta.resolve('./index.ts'));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'figures-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('saving', () => {
  test('a script that saves a picture ends by itself and prints nothing', async () => {
    const script = join(folder, 'draw.mts');
    await writeFile(
      script,
      `import { lineFigure, savePng } from ${index};
       await savePng(lineFigure([{ name: 'a', x: [1, 2], y: [1, 2] }]), ${JSON.stringify(join(folder, 'a.png'))}, { width: 300, height: 200, scale: 1 });`,
    );
    const { stdout, stderr } = await run(process.execPath, ['--import', tsx, script], { timeout: 30_000 });
    expect([stdout, stderr]).toEqual(['', '']);
    const png = await readFile(join(folder, 'a.png'));
    // The PNG header: width and height follow the name of the first chunk.
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([300, 200]);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('importing the part loads neither plotly nor a document', async () => {
    const script = join(folder, 'import.mts');
    await writeFile(
      script,
      `import { createRequire } from 'node:module';
       await import(${index});
       console.log(Object.keys(createRequire(import.meta.url).cache).filter((file) => /jsdom|plotly/.test(file)).length);`,
    );
    expect((await run(process.execPath, ['--import', tsx, script])).stdout.trim()).toBe('0');
  });

  test('figures asked for at once do not mix', async () => {
    const paths = ['one', 'two', 'three'].map((name) => join(folder, `${name}.svg`));
    await Promise.all(
      paths.map((path, i) => saveSvg(lineFigure([{ name: 'a', x: [1, 2], y: [1, 2] }], { title: `title ${i}` }), path)),
    );
    for (const [i, path] of paths.entries()) expect(await readFile(path, 'utf8')).toContain(`>title ${i}<`);
  });

  test('a page needs nothing else, whatever its texts are, and is small', async () => {
    const path = join(folder, 'page.html');
    await saveHtml(lineFigure([{ name: '</script><b>', x: [1, 2], y: [1, 2] }], { title: 'a "title"' }), path, {
      theme: 'dark',
    });
    const html = await readFile(path, 'utf8');
    expect(html.length).toBeLessThan(750_000);
    expect(html).toContain('<title>a &quot;title&quot;</title>');
    expect(html.match(/(?:src|href)=/g)).toBeNull();
    expect(html.split('</script>')).toHaveLength(4);
  });
});
