import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startFixtureHub } from './fixtureHub.js';
import { downloadDataset, downloadModel } from './index.js';
import { assets, hub, start } from './testing/sampleHub.js';

const quick = { retry: { baseDelay: 2, maxDelay: 10 } };

describe('what cannot be', () => {
  const message = async (promise: Promise<unknown>) => {
    const error = await promise.then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ name: 'UserError' });
    return error instanceof Error ? error.message : '';
  };

  test('a repository that is missing, with the nearest name, leaves no folder', async () => {
    await start();
    expect(await message(downloadDataset('ada/sett', quick))).toMatch(
      /There is no dataset "ada\/sett" .* Did you mean "ada\/set"\?/,
    );
    expect(await message(downloadDataset('bob/set', quick))).toContain('Did you mean "ada/set"?');
    expect(existsSync(join(assets, 'datasets'))).toBe(false);
  });

  test('a repository that is missing for the real Hub, which answers strangers 401; a token that it refuses', async () => {
    const headers: Record<string, string> = { 'X-Error-Code': 'RepoNotFound' };
    await start({ fault: ({ url }) => (url.includes('/revision/') ? { status: 401, headers } : undefined) });
    expect(await message(downloadDataset('ada/sett', quick))).toMatch(
      /There is no dataset "ada\/sett" .*, or it is private\. Did you mean "ada\/set"\? .*make a token/,
    );
    delete headers['X-Error-Code'];
    process.env.HF_TOKEN = 'hf_revoked';
    const refused = await message(downloadDataset('ada/set', quick));
    expect(refused).toContain('The Hub refuses the token');
    expect(refused).not.toContain('hf_revoked');
  });

  test('a bare name, with the repository that the Hub finds for it', async () => {
    await start();
    expect(await message(downloadDataset('set', quick))).toContain(
      'expected <owner>/<name>, for example ylecun/mnist. Did you mean "ada/set"?',
    );
    expect(await message(downloadModel('nothing', quick))).toContain(
      'expected <owner>/<name>, for example timm/resnet18.a1_in1k.',
    );
  });

  test('an id, revision, split, config or include that names nothing', async () => {
    await start();
    for (const id of ['mnist', 'a/b/c', '../x', 'a/..', 'a/b..c', ''])
      expect(await message(downloadDataset(id))).toContain('expected <owner>/<name>');
    expect(await message(downloadDataset('ada/set', { revision: 'v1' }))).toContain(
      'has no revision "v1". Did you mean "v1.0"? It has: main, v1.0.',
    );
    expect(await message(downloadDataset('ada/set', { split: 'tset' }))).toBe(
      'There is no split "tset". Did you mean "test"? There are "train", "test".',
    );
    expect(await message(downloadDataset('ada/set', { config: 'plane' }))).toBe(
      'There is no config "plane". Did you mean "plain"? There is only "plain".',
    );
    expect(await message(downloadDataset('ada/set', { include: '*.csv' }))).toContain(
      'No file matches include "*.csv".',
    );
  });

  test('a gated repository without a token, with a wrong one, and with the right one', async () => {
    await start({ gated: ['datasets/ada/set'], token: 'hf_right' });
    const none = await message(downloadDataset('ada/set', quick));
    expect(none).toContain(
      `is gated: its files are for people who have accepted its terms. Accept them at ${hub.url}/datasets/ada/set`,
    );
    expect(existsSync(join(assets, 'datasets'))).toBe(false);
    process.env.HF_TOKEN = 'hf_wrong';
    const wrong = await message(downloadDataset('ada/set', quick));
    expect(wrong).toContain('the account of HF_TOKEN has no access');
    expect(wrong).not.toContain('hf_wrong');
    process.env.HF_TOKEN = 'secret';
    const malformed = await message(downloadDataset('ada/set'));
    expect(malformed).toContain('HF_TOKEN is no access token of the Hub: it must begin with "hf_"');
    expect(malformed).not.toContain('secret');
    process.env.HF_TOKEN = 'hf_right';
    expect((await downloadDataset('ada/set')).files).toHaveLength(5);
  });

  test('a Hub out of reach: an error at once useful, or the files that are here', async () => {
    await start();
    const gone = await startFixtureHub({ repositories: {} });
    await gone.close();
    process.env.HF_ENDPOINT = gone.url;
    expect(await message(downloadDataset('ada/set', quick))).toContain(
      'cannot be reached (ECONNREFUSED), 3 times in a row. Check the network',
    );
    process.env.HF_ENDPOINT = hub.url;
    await downloadDataset('ada/set');
    process.env.HF_ENDPOINT = gone.url;
    const notes: (string | undefined)[] = [];
    const result = await downloadDataset('ada/set', { ...quick, onProgress: ({ note }) => notes.push(note) });
    expect(result).toMatchObject({ offline: true, received: 0 });
    expect(notes.join()).toContain('that are here are used');
  });

  test('HF_HUB_OFFLINE with and without the files', async () => {
    await start();
    process.env.HF_HUB_OFFLINE = '1';
    expect(await message(downloadDataset('ada/set'))).toContain(
      'HF_HUB_OFFLINE is set, and the dataset ada/set is not in',
    );
    delete process.env.HF_HUB_OFFLINE;
    const { dir } = await downloadDataset('ada/set', { split: 'test' });
    hub.requests.length = 0;
    process.env.HF_HUB_OFFLINE = 'true';
    expect((await downloadDataset('ada/set', { split: 'test' })).files).toHaveLength(2);
    expect(await message(downloadDataset('ada/set'))).toContain('but not whole as asked for');
    expect(await message(downloadDataset('ada/set', { split: 'test', revision: 'v2' }))).toContain('at revision main');
    writeFileSync(join(dir, 'plain/test-0.parquet'), 'cut');
    expect(await message(downloadDataset('ada/set', { split: 'test' }))).toContain('HF_HUB_OFFLINE is set');
    expect(hub.requests).toEqual([]);
  });

  test.each([
    '../evil.txt',
    'a/../../evil.txt',
    '/evil.txt',
    'a//b',
    'a\\..\\evil.txt',
    '.atelier.json',
    '.incomplete/x',
    'nul\u0000.txt',
  ])('a file named %j is refused before anything is written, and can be left out', async (name) => {
    await start({ repositories: { 'datasets/ada/evil': { [name]: 'evil', 'good.txt': 'good' } } });
    expect(await message(downloadDataset('ada/evil', quick))).toContain(
      `The repository has a file named ${JSON.stringify(name)}, which is refused`,
    );
    expect(existsSync(join(assets, 'datasets'))).toBe(false);
    expect((await downloadDataset('ada/evil', { include: 'good.txt' })).files).toHaveLength(1);
  });

  test('a disk without room for it, counted before the first byte', async () => {
    await start();
    const text = await message(downloadDataset('ada/set', { freeSpace: async () => 200_000 }));
    expect(text).toMatch(/The download needs 305 kB, but only 200 kB are free in .*ATELIER_ASSETS/);
    expect(hub.content()).toEqual([]);
    expect((await downloadDataset('ada/set', { split: 'test', freeSpace: async () => 200_000 })).files).toHaveLength(2);
  });

  test('an endpoint that is no address', async () => {
    await start();
    process.env.HF_ENDPOINT = 'huggingface.co';
    expect(await message(downloadDataset('ada/set'))).toContain(
      'HF_ENDPOINT is "huggingface.co", which is no http(s) address',
    );
  });
});
