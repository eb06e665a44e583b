// Several processes start a run of one name at the same moment.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const script = `import { createRunFolder } from ${JSON.stringify(new URL('./folder.ts', import.meta.url).href)};
process.stdin.once('data', async () => {
  const made = [];
  for (let i = 0; i < 5; i++) made.push(await createRunFolder('p', 'digits'));
  process.stdout.write(made.join('\\n') + '\\n', () => process.exit(0));
});
process.stdout.write('ready\\n');`;

it('two runs never share a folder, in processes of their own either', async () => {
  const assets = await mkdtemp(join(tmpdir(), 'atelier-race-'));
  try {
    const children = Array.from({ length: 4 }, () => {
      const child = spawn(process.execPath, ['--import', tsx, '--input-type=module', '-e', script], {
        env: { ...process.env, ATELIER_ASSETS: assets },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      let output = '';
      const ready = new Promise<void>((resolve) =>
        child.stdout.on('data', (data) => {
          output += data;
          if (output.includes('ready\n')) resolve();
        }),
      );
      const end = new Promise<string[]>((resolve) =>
        child.on('close', () =>
          resolve(
            output
              .trim()
              .split('\n')
              .slice(1)
              .map((path) => basename(path)),
          ),
        ),
      );
      return { child, ready, end };
    });
    await Promise.all(children.map(({ ready }) => ready));
    for (const { child } of children) child.stdin.end('go\n');
    const made = (await Promise.all(children.map(({ end }) => end))).flat();
    expect(made).toHaveLength(20);
    expect(new Set(made).size).toBe(20);
    expect((await readdir(join(assets, 'outputs', 'p'))).sort()).toEqual([...made].sort());
  } finally {
    await rm(assets, { recursive: true, force: true });
  }
}, 60_000);
