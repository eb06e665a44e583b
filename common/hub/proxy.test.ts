import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FixtureHub, startFixtureHub } from './fixtureHub.js';
import { downloadModel } from './index.js';

const big = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31) & 255);
let hub: FixtureHub;
let proxy: { url: string; asked: string[]; close: () => Promise<void> };
let dir: string;
let old: NodeJS.ProcessEnv;

/** A proxy through which every name leads to the fixture. */
async function startProxy() {
  const asked: string[] = [];
  const port = Number(new URL(hub.url).port);
  const server = createServer((_, res) => res.writeHead(400).end());
  server.on('connect', (req, socket) => {
    asked.push(req.url ?? '');
    const through = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      through.pipe(socket).pipe(through);
    });
    through.on('error', () => socket.destroy());
    socket.on('error', () => through.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const close = async () => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${address.port}`, asked, close };
}

beforeEach(async () => {
  old = { ...process.env };
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'HF_TOKEN', 'HF_HUB_OFFLINE']) {
    delete process.env[name];
    delete process.env[name.toLowerCase()];
  }
  dir = mkdtempSync(join(tmpdir(), 'atelier-proxy-'));
  const cut = ({ file, n }: { file?: string; n: number }) =>
    file !== undefined && n < 3 ? { cut: 100_000 } : undefined;
  hub = await startFixtureHub({ repositories: { 'models/ada/net': { 'model.safetensors': big } }, fault: cut });
  proxy = await startProxy();
});
afterEach(async () => {
  process.env = old;
  rmSync(dir, { recursive: true, force: true });
  await proxy.close();
  await hub.close();
});
const options = () => ({ dir, retry: { baseDelay: 2, maxDelay: 10, attempts: 3 } });

test('with HTTP_PROXY a download goes through the proxy, its retries too', async () => {
  process.env.HTTP_PROXY = proxy.url;
  await downloadModel('ada/net', { ...options(), endpoint: 'http://hub.example' });
  expect(Buffer.compare(readFileSync(join(dir, 'model.safetensors')), big)).toBe(0);
  expect(proxy.asked.length).toBeGreaterThan(0);
  expect(new Set(proxy.asked)).toEqual(new Set(['hub.example:80']));
  expect(hub.content()[1]?.headers.range).toMatch(/^bytes=\d+-$/);
});

test('NO_PROXY and this machine itself go without it', async () => {
  process.env.http_proxy = proxy.url;
  await downloadModel('ada/net', { ...options(), endpoint: hub.url });
  process.env.NO_PROXY = 'hub.example';
  await expect(downloadModel('eve/net', { ...options(), endpoint: 'http://hub.example' })).rejects.toThrow(
    /hub\.example cannot be reached/,
  );
  expect(proxy.asked).toEqual([]);
});

test('a proxy that is out of reach is told', async () => {
  process.env.HTTP_PROXY = proxy.url;
  await proxy.close();
  await expect(downloadModel('ada/net', { ...options(), endpoint: 'http://hub.example' })).rejects.toThrow(
    /cannot be reached \(ECONNREFUSED\).* Check the network, a proxy and HF_ENDPOINT/,
  );
  proxy = await startProxy();
});
