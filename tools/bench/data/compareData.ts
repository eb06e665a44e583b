import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { didYouMean, UsageError } from 'common/utils';
import { textTable } from '../compare.js';
import { median } from '../measure.js';
import { dataCases, folderOf } from './cases.js';

export interface DataBenchOptions {
  /** The folder with `<owner>/<name>` of each data set, in the Hub's layout. */
  datasets: string;
  /** Another program: it is given that folder and a case's name, and prints a line. */
  peers: readonly string[];
  rounds: number;
}

/** What a case's line says: images per second, seconds to the first batch, or percent of waiting. */
type DataLine = { case: string; engine: string } & Record<string, string | number>;

const scripts: Readonly<Record<string, string>> = { first_batch: 'firstBatch.ts', resnet18_wait: 'resnetWait.ts' };

/**
 * Measures the data cases, each in a process of its own, in turns with each peer, and prints every line and the ratios: how many times as many
 * images a second, how many times as soon. What is not in the folder of data sets is skipped with a line.
 */
export function benchData(names: readonly string[], { datasets, peers, rounds }: DataBenchOptions): void {
  const known = Object.keys(dataCases);
  for (const name of names)
    if (!known.includes(name))
      throw new UsageError(
        `There is no data case "${name}".${didYouMean(name, known)} There are: ${known.join(', ')}.`,
      );
  const table = [['case', 'ours', 'peer', 'times as fast', 'best rounds']];
  for (const name of names.length > 0 ? names : known) {
    const folder = folderOf(name, datasets);
    if (folder === undefined) {
      console.log(JSON.stringify({ case: name, skipped: `${dataCases[name]} is not in ${datasets}` }));
      continue;
    }
    const own = ownCommand(name, folder);
    // The wait is a share of our own step: no peer has it.
    const others = name === 'resnet18_wait' ? [] : peers.map((peer) => `${peer} ${datasets} ${name}`);
    const lines = inTurns([own, ...others], others.length > 0 ? rounds : 1);
    for (const [i, peer] of others.entries()) {
      const pair = [valuesOf(lines, own), valuesOf(lines, peer)] as const;
      if (pair[1].length > 0) table.push(row(name, pair, peers[i] ?? ''));
    }
  }
  if (table.length > 1) console.log(`\n${textTable(table)}`);
}

function ownCommand(name: string, folder: string): string {
  const script = join(import.meta.dirname, scripts[name] ?? 'rate.ts');
  const args = scripts[name] === undefined ? [name, folder] : [folder];
  return [process.execPath, '--import', 'tsx', script, ...args].map((part) => JSON.stringify(part)).join(' ');
}

/** Runs the commands one after another, the order turned round with each round; prints what they print. */
function inTurns(commands: readonly string[], rounds: number): Map<string, DataLine[]> {
  const lines = new Map<string, DataLine[]>(commands.map((command) => [command, []]));
  for (let round = 0; round < rounds; round++)
    for (const command of round % 2 === 0 ? commands : commands.toReversed()) {
      const { status, stdout, stderr } = spawnSync(command, { shell: true, encoding: 'utf8' });
      if (status !== 0) throw new UsageError(`the command failed: ${command}\n${stderr.trim()}`);
      for (const text of stdout.split('\n').filter((line) => line.startsWith('{'))) {
        console.log(text);
        const line: DataLine = JSON.parse(text);
        lines.get(command)?.push(line);
      }
    }
  return lines;
}

function valuesOf(lines: Map<string, DataLine[]>, command: string): number[] {
  return (lines.get(command) ?? []).map((line) => Number(line.images_per_second ?? line.seconds));
}

function row(name: string, [own, peer]: readonly [readonly number[], readonly number[]], engine: string): string[] {
  const less = name === 'first_batch';
  const times = own.map((value, i) => (less ? (peer[i] ?? Number.NaN) / value : value / (peer[i] ?? Number.NaN)));
  const best = (values: readonly number[]) => (less ? Math.min(...values) : Math.max(...values));
  const quickest = less ? best(peer) / best(own) : best(own) / best(peer);
  const unit = less ? ' s' : ' images/s';
  const text = (values: readonly number[]) => `${Number(median(values).toPrecision(4))}${unit}`;
  return [
    name,
    text(own),
    `${text(peer)} (${engine.split(/[/ ]/).at(-1)})`,
    median(times).toFixed(2),
    quickest.toFixed(2),
  ];
}
