import { readFile, stat } from 'node:fs/promises';
import { messageOf, shortPath, UserError } from '../utils/index.js';
import { parseTree } from './parseTree.js';
import { fail } from './source.js';
import type { MapTree } from './tree.js';

/** The largest file in bytes: a configuration is written by people. */
const largest = 1_000_000;

/** The comment lines on top of a YAML file. */
export interface Header {
  /** From `# @package a.b` or `# @package _global_` (the root, `[]`): where the file's keys go. */
  package: string[] | undefined;
  /** The other comment lines, joined: shown by `--help` as what an option is. */
  about: string;
}

/**
 * A YAML file (YAML 1.2: `yes` is a string, `1e-3` a number) as a tree that knows every line and column.
 * Refused with the position: what is not YAML, tabs, a key given twice, unknown tags, several documents, anything but a map on top.
 */
export async function readYaml(file: string): Promise<{ tree: MapTree; header: Header }> {
  const text = await readText(file);
  return { tree: parseYaml(text, file), header: readHeader(text) };
}

async function readText(file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    const { size } = await stat(file);
    if (size > largest)
      throw new UserError(
        `${shortPath(file)} has ${size.toLocaleString('en')} bytes; a configuration has at most ${largest.toLocaleString('en')}`,
      );
    bytes = await readFile(file);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new UserError(
      missing ? `${shortPath(file)} is missing` : `cannot read ${shortPath(file)}: ${messageOf(error)}`,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${shortPath(file)} is not a text file in UTF-8`);
  }
}

function readHeader(text: string): Header {
  const lines = (/^(?:[ \t]*(?:#.*)?\r?\n)*/.exec(text)?.[0] ?? '').split(/\r?\n/).map((line) => line.trim());
  const comments = lines.filter((line) => line.startsWith('#')).map((line) => line.replace(/^#+\s*/, ''));
  const name = comments.map((line) => /^@package\s+(\S+)$/.exec(line)?.[1]).find((found) => found !== undefined);
  const about = comments.filter((line) => !line.startsWith('@package'));
  return { package: name === '_global_' ? [] : name?.split('.'), about: about.join(' ') };
}

function parseYaml(text: string, file: string): MapTree {
  const tree = parseTree(text, (line, column) => ({ file, line, column }));
  if (tree.kind === 'map') return tree;
  if (tree.kind === 'scalar' && tree.value === null) return { kind: 'map', source: tree.source, entries: new Map() };
  return fail([{ source: tree.source, message: 'must be a set of "key: value" lines' }]);
}
