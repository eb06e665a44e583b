import { parseArgs } from 'node:util';
import { didYouMean, UsageError } from '../utils/index.js';

/** The options of a run which are not keys of its configuration. */
export interface RunOptions {
  /** The folder of the run to go on with. */
  resume?: string;
  /** The folder to write the run to. */
  output?: string;
  /** With `resume`: keys whose values are those of this command line, though the run had others. */
  force?: readonly string[];
}

/** What a command line of `train` asks for. */
export interface Arguments {
  options: RunOptions;
  /** `--config`: the file in place of the paper's config.yaml. */
  config?: string;
  /** `--config-name`: a file of the paper's folder, or of its config/, by its name. */
  configName?: string;
  help: boolean;
  printConfig: boolean;
  /** Tells programs (completion, multirun) about the configuration, as JSON. */
  describe: boolean;
  /** `-m`: many runs, one for each combination. */
  multirun: boolean;
  /** With `-m`: how many at a time. */
  jobs: number;
  /** With `-m`: the first failure stops the others. */
  failFast: boolean;
  /** Everything with an equals sign, and `~key`, in the order written. */
  assignments: string[];
}

const flags = {
  resume: { type: 'string' },
  output: { type: 'string' },
  config: { type: 'string' },
  'config-name': { type: 'string' },
  multirun: { type: 'boolean', short: 'm' },
  jobs: { type: 'string' },
  'fail-fast': { type: 'boolean' },
  force: { type: 'string' },
  'print-config': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;
/** Of programs, not told to people. */
const hidden = { describe: { type: 'boolean' } } as const;
/** What the options with a value want. */
const wanted = new Map([
  ['resume', 'run'],
  ['output', 'folder'],
  ['config', 'file'],
  ['config-name', 'name'],
  ['jobs', 'number'],
  ['force', 'key'],
]);

/** The options that `train` takes, as they are written. */
export const optionNames: readonly string[] = Object.keys(flags).map((flag) => `--${flag}`);

/** Splits a command line into run options and `key=value` arguments; `keys` are the configuration's, for hints. Throws `UsageError`. */
export function parseArguments(argv: readonly string[], keys: readonly string[] = []): Arguments {
  const result: Arguments = {
    ...{ options: {}, help: false, printConfig: false, describe: false, multirun: false },
    ...{ jobs: 1, failFast: false, assignments: [] },
  };
  let hasJobs = false;
  const options = { ...flags, ...hidden };
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true, allowPositionals: true });
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      if (!token.value.includes('=') && !token.value.startsWith('~'))
        throw new UsageError(notKeyValue(token.value, keys));
      result.assignments.push(token.value);
      continue;
    }
    const { name, rawName, value } = token;
    const want = wanted.get(name);
    if (want === undefined) {
      if (!Object.hasOwn(options, name)) throw new UsageError(unknownFlag(rawName, name, keys));
      if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
    } else if (!value || (!token.inlineValue && /^-|=/.test(value)))
      // `--output lr=1` is a forgotten folder, not a folder called lr=1; --output=lr=1 says that it is meant.
      throw new UsageError(`${rawName} needs a ${want}: ${rawName} <${want}>`);
    if (name === 'help') result.help = true;
    else if (name === 'print-config') result.printConfig = true;
    else if (name === 'describe') result.describe = true;
    else if (name === 'multirun') result.multirun = true;
    else if (name === 'fail-fast') result.failFast = true;
    else if (value === undefined) continue;
    else if (name === 'resume' || name === 'output') result.options[name] = value;
    else if (name === 'force') result.options.force = [...(result.options.force ?? []), value];
    else if (name === 'config') result.config = value;
    else if (name === 'config-name') result.configName = value;
    else {
      hasJobs = true;
      result.jobs = /^[1-9]\d{0,3}$/.test(value) ? Number(value) : 0;
      if (result.jobs === 0) throw new UsageError(`--jobs must be a whole number ≥ 1, but is ${value}`);
    }
  }
  if (!result.multirun && (hasJobs || result.failFast))
    throw new UsageError(`${hasJobs ? '--jobs' : '--fail-fast'} goes with -m, which makes several runs`);
  if (result.options.force !== undefined && result.options.resume === undefined)
    throw new UsageError('--force goes with --resume: it names a key which may differ from the run');
  if (result.config !== undefined && result.configName !== undefined)
    throw new UsageError('--config names a file and --config-name one of the paper: give one of them');
  return result;
}

function notKeyValue(text: string, keys: readonly string[]): string {
  const bare = text.replace(/^\+{1,2}/, '');
  const hint = keys.includes(bare) ? ` Write ${text}=value` : didYouMean(bare, keys);
  return `${text}: overrides are written key=value.${hint}`;
}

function unknownFlag(written: string, name: string, keys: readonly string[]): string {
  const key = keys.find((candidate) => candidate === name) ?? keys.find((candidate) => candidate.endsWith(`.${name}`));
  if (key !== undefined) return `unknown option ${written}. Keys are written without dashes: ${key}=value`;
  return `unknown option ${written}.${didYouMean(written, optionNames)} Options: ${optionNames.join(', ')}`;
}
