import { type Asset, findAsset, listAssets, type Verification, verifyAsset } from 'common/hub';
import { countOf, formatBytes } from 'common/utils';
import { StatusLine } from './statusLine.js';
import { untilStopped } from './stop.js';

/** Verifies the named assets, or all downloads, and prints a line for each and for each damaged file. Exit code 1 where one is damaged. */
export async function verify(names: readonly string[], { json }: { json?: true }): Promise<void> {
  const list = await listAssets();
  const chosen =
    names.length > 0
      ? [...new Set(names.map((name) => findAsset(name, list)))]
      : list.assets.filter(({ kind }) => kind === 'dataset' || kind === 'model');
  const status = new StatusLine();
  const results: { asset: Asset; result: Verification }[] = [];
  await untilStopped(async (signal) => {
    for (const asset of chosen) {
      const onBytes = (done: number, total: number) =>
        status.show(`${asset.key}: ${formatBytes(done)} of ${formatBytes(total)} read`);
      const onWait = () => status.note(`${asset.key} is being downloaded: waiting for it`);
      const result = await verifyAsset(asset, { signal, onBytes, onWait }).finally(() => status.clear());
      results.push({ asset, result });
      if (!json) process.stdout.write(describe(asset, result));
    }
  }, 'Stopped.');
  const damaged = results.filter(({ result }) => result.state === 'damaged');
  if (json)
    process.stdout.write(
      `${JSON.stringify(
        results.map(({ asset, result }) => ({ key: asset.key, ...result })),
        null,
        2,
      )}\n`,
    );
  else process.stdout.write(conclude(results, damaged));
  if (damaged.length > 0) process.exitCode = 1;
}

function describe({ key, target }: Asset, { state, files, bytes, problems }: Verification): string {
  if (state === 'link') return `–    ${key} is a link to ${target}, which is not followed\n`;
  if (state === 'no record') return `–    ${key} was made here: there are no hashes to compare with\n`;
  if (state === 'whole') return `ok   ${key}: ${countOf(files, 'file')}, ${formatBytes(bytes)}\n`;
  return `BAD  ${key}\n${problems.map(({ path, problem }) => `     ${path} ${problem}\n`).join('')}`;
}

function conclude(results: readonly { result: Verification }[], damaged: readonly { asset: Asset }[]): string {
  if (results.length === 0) return 'There is nothing to verify: no data set and no model has been downloaded.\n';
  if (damaged.length === 0) return '';
  const commands = damaged.map(({ asset }) => `  npx atelier download ${asset.kind} ${asset.id}\n`).join('');
  return `\nWhat is damaged or missing is fetched again, and nothing else, by:\n${commands}`;
}
