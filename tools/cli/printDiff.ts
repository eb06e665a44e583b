import { basename } from 'node:path';
import { findRun } from 'common/config';
import { number, numbersAsText } from './listRuns.js';
import { diffRuns, type RunDiff, type RunInfo, readRunInfo } from './runFolders.js';
import { formatTable } from './table.js';

/** `atelier diff`. */
export async function diff(a: string, b: string, { json }: { json?: true }): Promise<void> {
  const [one, other] = await Promise.all([infoOf(a), infoOf(b)]);
  const found = diffRuns(one, other);
  process.stdout.write(json ? `${JSON.stringify(found, numbersAsText, 2)}\n` : `${show(found, one, other)}\n`);
}

const infoOf = async (run: string) => readRunInfo(await findRun(run));

function show({ config, metrics }: RunDiff, a: RunInfo, b: RunInfo): string {
  const [nameA, nameB] = a.name === b.name ? [a.folder, b.folder] : [basename(a.folder), basename(b.folder)];
  const value = (of: unknown) => (of === undefined ? '–' : typeof of === 'string' ? of : JSON.stringify(of));
  const configs =
    config.length === 0
      ? 'The configs are equal.'
      : formatTable(
          ['config', nameA, nameB],
          config.map((row) => [row.key, value(row.a), value(row.b)]),
        );
  if (metrics.length === 0) return `${configs}\nNeither run has metrics yet.`;
  const shown = (of: number | null) => (of === null ? '–' : number(of));
  const rows = metrics.map((row) => [row.name, shown(row.a), shown(row.b), difference(row.a, row.b)]);
  const epochs = `at the best epoch (${a.best?.epoch ?? '–'} and ${b.best?.epoch ?? '–'})`;
  return `${configs}\n\n${formatTable([`metric ${epochs}`, `>${nameA}`, `>${nameB}`, '>difference'], rows)}`;
}

function difference(a: number | null, b: number | null): string {
  if (a === null || b === null || !Number.isFinite(b - a)) return '';
  return `${b >= a ? '+' : ''}${number(Number((b - a).toPrecision(4)))}`;
}
