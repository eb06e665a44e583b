import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Argument, Command } from 'commander';
import { type Description, isMultirun, listRuns, optionNames } from 'common/config';
import { assetsDir, projectRoot } from 'common/utils';
import { afterAtelier, splitLine } from './completionLine.js';
import { cachedDescription } from './describeCache.js';
import { findPaper } from './train.js';

/**
 * What may stand at the end of a command line: commands and their options, papers, runs, and for `train` the keys of the paper's
 * configuration, their values and the options of groups. `:files` and `:folders` leave it to the shell.
 */
export async function complete(program: Command, line: string): Promise<string[]> {
  const words = afterAtelier(splitLine(line));
  const current = words.at(-1) ?? '';
  const found = await candidates(program, words.slice(0, -1), current);
  return [...new Set(found)].filter((word) => word.startsWith(':') || word.startsWith(current));
}

async function candidates(program: Command, before: readonly string[], current: string): Promise<string[]> {
  let command = program;
  let rest = [...before];
  for (let next = subcommand(command, rest[0]); next; next = subcommand(command, rest[0])) {
    command = next;
    rest = rest.slice(1);
  }
  if (command.commands.length > 0) return rest.length > 0 ? [] : [...visible(command), ...flagsOf(command, current)];
  if (command.name() === 'train' && rest.length > 0) return trainWords(rest[0] ?? '', rest.slice(1), current);
  const flag = command.options.find(({ long, short }) => rest.length > 0 && [long, short].includes(rest.at(-1)));
  if (flag && (flag.required || flag.optional)) return /folder|dir/.test(flag.flags) ? [':folders'] : [':files'];
  if (current.startsWith('-')) return flagsOf(command, current);
  const index = rest.filter((word) => !word.startsWith('-')).length;
  const expected =
    command.registeredArguments[index] ?? command.registeredArguments.filter(({ variadic }) => variadic)[0];
  return argumentWords(expected, current);
}

function subcommand(command: Command, name: string | undefined): Command | undefined {
  return command.commands.find((one) => one.name() === name || (name !== undefined && one.aliases().includes(name)));
}

const visible = (command: Command): string[] =>
  command.commands.map((one) => one.name()).filter((name) => !name.startsWith('_'));

function flagsOf(command: Command, current: string): string[] {
  if (!current.startsWith('-')) return [];
  return [...command.options.flatMap(({ long }) => (long === undefined ? [] : [long])), '--help'];
}

async function argumentWords(argument: Argument | undefined, current: string): Promise<string[]> {
  const name = argument?.name() ?? '';
  if (argument?.argChoices) return argument.argChoices;
  if (name === 'shell') return ['bash', 'zsh'];
  if (name === 'paper') return papers(current);
  if (/^runs?([A-Z].*)?$/.test(name)) return [...(await runs(current)), ':files'];
  return argument === undefined ? [] : [':files'];
}

/** The papers by name, or as paths where a path is being written. */
function papers(current: string): string[] {
  const folder = join(projectRoot(), 'papers');
  const names = existsSync(folder)
    ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'train.ts')))
    : [];
  return current.includes('/') ? [...names.map((name) => `papers/${name}`), ':folders'] : names;
}

/** Runs as `<paper>/<run>`, or by their names alone. */
async function runs(current: string, paper?: string): Promise<string[]> {
  const outputs = join(assetsDir(), 'outputs');
  const folders = await listRuns(paper);
  const names = folders.map((folder) => basename(folder));
  const full = folders.map((folder) => folder.slice(outputs.length + 1));
  return paper !== undefined || names.some((name) => current !== '' && name.startsWith(current))
    ? [...names, ...full]
    : full;
}

async function trainWords(paper: string, before: readonly string[], current: string): Promise<string[]> {
  const last = before.at(-1);
  const isMany = before.some((word) => word === '-m' || word === '--multirun');
  if (last === '--output') return [':folders'];
  if (last === '--config') return [':files'];
  if (last === '--jobs') return [];
  const dir = findPaper(paper, 'train.ts');
  if (last === '--resume')
    return isMany ? multiruns(basename(dir)) : [...(await runs(current, basename(dir))), ':folders'];
  if (current.startsWith('-')) return [...optionNames];
  const description = await cachedDescription(dir);
  if (last === '--config-name') return [...description.configs];
  if (last === '--force') return Object.keys(description.keys);
  return current.includes('=') ? valueWords(description, current, isMany) : keyWords(description, current);
}

function multiruns(paper: string): string[] {
  const folder = join(assetsDir(), 'outputs', paper);
  return existsSync(folder) ? readdirSync(folder).filter((name) => isMultirun(join(folder, name))) : [];
}

function keyWords({ keys, groups }: Description, current: string): string[] {
  const prefix = /^(\+{1,2}|~)?/.exec(current)?.[0] ?? '';
  const end = prefix === '~' ? '' : '=';
  const names = [...Object.keys(groups), ...Object.keys(keys)];
  // model@teacher: the package is free, the group is known.
  const place = /@[\w.]*$/.exec(current)?.[0];
  const placed = place === undefined ? [] : Object.keys(groups).map((group) => group + place);
  return [...names, ...placed].map((name) => `${prefix}${name}${end}`);
}

/** `model=ti` → the group's options and the key's values; with -m also after a comma. */
function valueWords({ keys, groups }: Description, current: string, isMany: boolean): string[] {
  const equals = current.indexOf('=');
  const key = current.slice(0, equals).replace(/^(\+{1,2}|~)/, '');
  const written = current.slice(equals + 1);
  const start = isMany ? written.lastIndexOf(',') + 1 : 0;
  const used = new Set(written.slice(0, start).split(','));
  const values = [...(groups[key.split('@')[0] ?? ''] ?? []), ...(keys[key] ?? [])].filter((value) => !used.has(value));
  return values.map((value) => current.slice(0, equals + 1) + written.slice(0, start) + value);
}
