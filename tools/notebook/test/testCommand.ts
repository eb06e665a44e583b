import { shortPath, UsageError } from 'common/utils';
import { notebookFiles } from '../files.js';
import { writeNotebook } from '../format/index.js';
import { failureText } from '../run/index.js';
import { readTimeout } from '../run/runCommand.js';
import { diffText } from './diffText.js';
import { type NotebookTest, testNotebook } from './testNotebook.js';

export type TestFlags = { jobs: string; timeout?: string; kernel?: string; update?: true };

/** `atelier notebook test`. Returns the exit code: 0, 1 where a notebook fails or differs, 130 after Ctrl-C. */
export async function test(places: readonly string[], flags: TestFlags): Promise<number> {
  const jobs = Number(flags.jobs);
  if (!Number.isInteger(jobs) || jobs < 1) throw new UsageError(`--jobs is a whole number from 1, not "${flags.jobs}"`);
  const timeout = readTimeout(flags.timeout);
  const files = await notebookFiles(places.length === 0 ? ['notebooks'] : places);
  const interrupt = new AbortController();
  const onSignal = () => {
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort();
  };
  process.on('SIGINT', onSignal);
  let bad = 0;
  const waiting = [...files];
  const work = async () => {
    for (let path = waiting.shift(); path !== undefined && !interrupt.signal.aborted; path = waiting.shift()) {
      const result = await testNotebook(path, { timeout, kernel: flags.kernel, signal: interrupt.signal });
      if (flags.update && result.failures.length === 0 && result.differing.length > 0) {
        await writeNotebook(path, result.notebook);
        process.stdout.write(`${shortPath(path)}: outputs of ${result.differing.length} cells updated\n`);
        continue;
      }
      if (result.failures.length + result.differing.length > 0) bad++;
      process.stdout.write(`${reportText(result, process.stdout.isTTY)}\n`);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, files.length) }, work));
  } finally {
    process.off('SIGINT', onSignal);
  }
  if (files.length > 1) process.stdout.write(`${files.length - bad} of ${files.length} notebooks as stored\n`);
  if (interrupt.signal.aborted) return 130;
  return bad > 0 ? 1 : 0;
}

function reportText(
  { path, cells, compared, differing, failures, seconds }: NotebookTest,
  isColoured: boolean,
): string {
  const lines = differing.map(({ index, source, differences, message }) => {
    const [first = ''] = source.trim().split('\n');
    const head = `  cell ${index + 1} ${message ?? 'differs'}: ${first}`;
    return [head, ...differences.map((one) => diffText(one, isColoured))].join('\n');
  });
  const isGood = failures.length + differing.length === 0;
  const told = `${cells} cells, ${compared} compared, ${seconds.toFixed(1)} s`;
  const head = `${isGood ? '✓' : '✗'} ${shortPath(path)}  ${told}`;
  return [head, ...lines, ...failures.map((failure) => failureText(path, failure))].join('\n');
}
