import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { assetsDir, messageOf, shortPath, UserError } from '../../../utils/index.js';
import { createTokenizer, type Tokenizer } from './tokenizer.js';

const FILE = 'tokenizer.json';

/**
 * Reads a tokenizer.json as Python's `tokenizers` and transformers write it.
 *
 * @param source the file, a folder that holds a tokenizer.json, or the id of a model in assets/models (`openai-community/gpt2`).
 * @throws UserError where there is none, or naming the file and the key that is broken.
 */
export async function loadTokenizer(source: string): Promise<Tokenizer> {
  const path = await find(source);
  const name = shortPath(path);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)));
  } catch (error) {
    throw new UserError(`${name}: it cannot be read as JSON: ${messageOf(error)}`);
  }
  return createTokenizer(json, name);
}

async function find(source: string): Promise<string> {
  const places = [resolve(source), join(assetsDir(), 'models', source)];
  for (const place of places) {
    const found = await stat(place).catch(() => undefined);
    if (found?.isFile()) return place;
    if (!found?.isDirectory()) continue;
    const inside = join(place, FILE);
    if ((await stat(inside).catch(() => undefined))?.isFile()) return inside;
    throw new UserError(`${shortPath(place)}: the folder has no ${FILE}`);
  }
  throw new UserError(
    `There is no tokenizer "${source}": neither a file, nor a folder, nor a model in ${shortPath(join(assetsDir(), 'models'))}. ` +
      `"npx atelier download model <id> --filename ${FILE}" fetches one from the Hub.`,
  );
}
