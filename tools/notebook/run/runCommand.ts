import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isRecord, messageOf, shortPath, UsageError, UserError } from 'common/utils';
import { parse } from 'yaml';
import { type Notebook, writeNotebook } from '../format/index.js';
import { readAny } from '../text/index.js';
import { failureText } from './failureText.js';
import { kernelFor } from './kernelFor.js';
import { type Given, injectParameters } from './parameters.js';
import { RunProgress } from './progress.js';
import { runNotebook } from './runNotebook.js';

export type RunFlags = {
  parameter?: string[];
  parameters?: string;
  output?: string;
  inplace?: true;
  timeout?: string;
  allowErrors?: true;
  kernel?: string;
};

/** At least so many ms between two savings while the notebook runs. */
const SAVE_EVERY = 2000;

/** `atelier notebook run`. Returns the exit code: 0, 1 where a cell failed, 130 after Ctrl-C. */
export async function run(path: string, flags: RunFlags): Promise<number> {
  if (flags.output !== undefined && flags.inplace) throw new UsageError('--output and --inplace exclude each other');
  const output = flags.inplace ? path : flags.output;
  if (output !== undefined && !output.endsWith('.ipynb'))
    throw new UsageError(`${shortPath(output)}: outputs are written to an .ipynb file`);
  const timeout = readTimeout(flags.timeout);
  const given = await givenParameters(flags);
  const notebook = injectParameters(await readAny(path), given, shortPath(path));
  const kernel = await kernelFor(notebook, flags.kernel);
  const save = async (result: Notebook) => {
    if (output !== undefined) await writeNotebook(output, result);
  };
  const progress = new RunProgress(notebook);
  const interrupt = new AbortController();
  const onSignal = () => {
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  let saved = performance.now();
  try {
    const result = await runNotebook(notebook, {
      ...kernel,
      cwd: dirname(resolve(path)),
      timeout,
      allowErrors: flags.allowErrors,
      signal: interrupt.signal,
      onCell: (event) => progress.take(event),
      async onProgress(now) {
        if (performance.now() - saved < SAVE_EVERY) return;
        await save(now);
        saved = performance.now();
      },
    });
    progress.end();
    await save(result.notebook);
    for (const failure of result.failures) process.stderr.write(`${failureText(path, failure)}\n`);
    if (output !== undefined)
      process.stdout.write(`${shortPath(output)} written after ${result.seconds.toFixed(1)} s\n`);
    if (interrupt.signal.aborted) return 130;
    return result.failures.length > 0 && !flags.allowErrors ? 1 : 0;
  } finally {
    progress.end();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

export function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!(seconds > 0)) throw new UsageError(`--timeout is a number of seconds above 0, not "${text}"`);
  return seconds;
}

/** What the file says, then what the command line says. */
async function givenParameters({ parameters, parameter = [] }: RunFlags): Promise<Map<string, Given>> {
  const given = new Map<string, Given>();
  if (parameters !== undefined) {
    const value = await readYaml(parameters);
    if (!isRecord(value)) throw new UserError(`${shortPath(parameters)} is not a list of "name: value" lines`);
    for (const [name, one] of Object.entries(value)) given.set(name, { value: one });
  }
  for (const text of parameter) {
    const equals = text.indexOf('=');
    if (equals < 1) throw new UsageError(`-p takes name=value, not "${text}"`);
    given.set(text.slice(0, equals), { text: text.slice(equals + 1) });
  }
  return given;
}

async function readYaml(path: string): Promise<unknown> {
  try {
    return parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new UserError(`${shortPath(path)} cannot be read: ${messageOf(error)}`);
  }
}
