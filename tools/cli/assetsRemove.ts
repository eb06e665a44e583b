import { createInterface } from 'node:readline/promises';
import { type Asset, findAsset, listAssets, removeAsset } from 'common/hub';
import { countOf, formatBytes, UsageError } from 'common/utils';

/** Removes the named assets after a question in the terminal, or at once with `yes`. All names are looked up before anything goes. */
export async function remove(names: readonly string[], { yes }: { yes?: true }): Promise<void> {
  const list = await listAssets();
  const chosen = [...new Set(names.map((name) => findAsset(name, list)))];
  process.stdout.write(chosen.map(describeLoss).join(''));
  if (!yes && !(await agrees(chosen))) {
    process.stdout.write('Nothing was removed.\n');
    process.exitCode = 1;
    return;
  }
  for (const asset of chosen) {
    await removeAsset(asset, list.root);
    process.stdout.write(`removed ${asset.key}${asset.state === 'link' ? ' (the link alone)' : ''}\n`);
  }
}

/** What goes with an asset: its files, and the links that lead to it. */
export function describeLoss({ key, bytes, files, links, state, target }: Asset): string {
  const what = state === 'link' ? `a link to ${target}` : `${countOf(files, 'file')}, ${formatBytes(bytes)}`;
  const lost = links.map((link) => `  ${link} will lead nowhere\n`).join('');
  return `${key}: ${what}\n${lost}`;
}

async function agrees(chosen: readonly Asset[]): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new UsageError('There is no terminal to ask in: give --yes to remove without a question.');
  const bytes = chosen.reduce((sum, asset) => sum + asset.bytes, 0);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // Ctrl-C and Ctrl-D are a no.
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  terminal.once('SIGINT', () => {
    process.stdout.write('\n');
    terminal.close();
  });
  const question = `Remove ${countOf(chosen.length, 'asset')} (${formatBytes(bytes)}) for good? [y/N] `;
  const answer = await Promise.race([terminal.question(question), closed]);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
