import { parseArgs } from 'node:util';
import { didYouMean, UsageError } from '../utils/index.js';

/** The options of a run which are not keys of its configuration. */
export interface RunOptions {
  /** The folder of the run to go on with. */
  resume?: string;
  /** The folder to write the run to. */
  output?: string;
}

export interface Arguments {
  options: RunOptions;
  help: boolean;
  printConfig: boolean;
  /** Everything with an equals sign, in the order written. */
  assignments: string[];
}

const flags = {
  resume: { type: 'string' },
  output: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  'print-config': { type: 'boolean' },
} as const;

/** Splits a command line into run options and `key=value` arguments; `keys` are the configuration's, for hints. Throws `UsageError`. */
export function parseArguments(argv: readonly string[], keys: readonly string[]): Arguments {
  const result: Arguments = { options: {}, help: false, printConfig: false, assignments: [] };
  const { tokens } = parseArgs({
    args: [...argv],
    options: flags,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      if (!token.value.includes('=')) {
        const hint = keys.includes(token.value) ? ` Write ${token.value}=value` : didYouMean(token.value, keys);
        throw new UsageError(`${token.value}: overrides are written key=value.${hint}`);
      }
      result.assignments.push(token.value);
    } else if (token.name === 'help' || token.name === 'print-config') {
      if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value`);
      if (token.name === 'help') result.help = true;
      else result.printConfig = true;
    } else if (token.name === 'resume' || token.name === 'output') {
      // `--output lr=1` is a forgotten folder, not a folder called lr=1; --output=lr=1 says that it is meant.
      if (!token.value || (!token.inlineValue && /^-|=/.test(token.value)))
        throw new UsageError(
          `${token.rawName} needs a folder: ${token.rawName} <${token.name === 'resume' ? 'run' : 'folder'}>`,
        );
      result.options[token.name] = token.value;
    } else throw new UsageError(unknownFlag(token.rawName, token.name, keys));
  }
  return result;
}

function unknownFlag(written: string, name: string, keys: readonly string[]): string {
  const key = keys.find((candidate) => candidate === name) ?? keys.find((candidate) => candidate.endsWith(`.${name}`));
  if (key !== undefined) return `unknown option ${written}. Keys are written without dashes: ${key}=value`;
  const known = Object.keys(flags).map((flag) => `--${flag}`);
  return `unknown option ${written}.${didYouMean(written, known)} Options: ${known.join(', ')}`;
}
