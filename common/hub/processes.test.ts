import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { startFixtureHub } from './fixtureHub.js';

const script = `
  import { downloadDataset } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'index.ts')).href)};
  const result = await downloadDataset('ada/set');
  console.log(JSON.stringify({ received: result.received, files: result.files.length }));
`;

function startProcess(env: Record<string, string>) {
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let out = '';
  child.stdout.on('data', (piece) => {
    out += piece;
  });
  const done = new Promise<string>((resolve) => child.on('close', () => resolve(out)));
  return { child, done };
}

test('two processes share one download, and one that is stopped leaves a part that the next goes on from', async () => {
  const content = Uint8Array.from({ length: 2_000_000 }, (_, i) => (i * 7 + (i >> 9)) & 255);
  const assets = mkdtempSync(join(tmpdir(), 'atelier-hub-'));
  const dir = join(assets, 'datasets/ada/set');
  let slow = 20;
  const hub = await startFixtureHub({
    repositories: { 'datasets/ada/set': { 'big.bin': content } },
    fault: () => ({ slow }),
  });
  const env = { ATELIER_ASSETS: assets, HF_ENDPOINT: hub.url, HF_TOKEN: '', HF_HUB_OFFLINE: '' };
  try {
    const stopped = startProcess(env);
    while ((hub.content()[0]?.sent ?? 0) < 1_000_000) await new Promise((resolve) => setTimeout(resolve, 10));
    stopped.child.kill('SIGTERM');
    await stopped.done;
    expect(existsSync(join(dir, 'big.bin'))).toBe(false);

    slow = 1;
    const results = await Promise.all([startProcess(env).done, startProcess(env).done]);
    const received = results.map((out) => JSON.parse(out).received).sort((a, b) => a - b);
    expect(Buffer.compare(readFileSync(join(dir, 'big.bin')), content)).toBe(0);
    expect(hub.content()).toHaveLength(2);
    const from = Number(/^bytes=(\d+)-$/.exec(hub.content()[1]?.headers.range ?? '')?.[1]);
    expect(from).toBeGreaterThan(500_000);
    expect(received).toEqual([0, content.length - from]);
  } finally {
    await hub.close();
    rmSync(assets, { recursive: true, force: true });
  }
});
