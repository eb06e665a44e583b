/**
 * Translates with a run's weights:
 *
 *   npx tsx papers/attention_is_all_you_need/translate.ts <run> "ein Satz"      the words as they come
 *   npx tsx papers/attention_is_all_you_need/translate.ts <run> < lines.txt     a line for every line, 64 at a time
 *
 * --beam searches (the run's beams and length penalty), --temperature 0.8, --top-k 10, --top-p 0.9 and --seed 1 draw.
 */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { reportUncaught } from 'common/config';
import { cachedModel } from 'common/decoding';
import { UsageError } from 'common/utils';
import { special } from './pairs.js';
import { openRun } from './runFiles.js';
import { searchOf, streamLine, type TranslateOptions, translateLines } from './translation.js';

reportUncaught();
const { values, positionals } = readArguments();
const [name, ...texts] = positionals;
if (name === undefined) throw new UsageError('Which run? translate.ts <run folder or name> [text]');
const { config, tokenizer, model } = await openRun(name);
const writer = cachedModel(model, special);
const { beams, ...search } = searchOf(config);
const drawn = [values.temperature, values['top-k'], values['top-p'], values.seed].some((value) => value !== undefined);
const options: TranslateOptions = {
  ...search,
  ...(values.beam && { beams }),
  ...(drawn && {
    choice: {
      temperature: numberOf('temperature', 1),
      topK: numberOf('top-k'),
      topP: numberOf('top-p', 1),
      seed: numberOf('seed', 0),
    },
  }),
};

if (texts.length > 0) for (const text of texts) await say(text);
else {
  // What comes from a file is translated together; what a person types is answered line by line, word by word.
  let waiting: string[] = [];
  const flush = () => {
    for (const line of translateLines(writer, tokenizer, waiting, options)) process.stdout.write(`${line}\n`);
    waiting = [];
  };
  for await (const line of createInterface({ input: process.stdin })) {
    if (process.stdin.isTTY) await say(line);
    else if (waiting.push(line) >= 512) flush();
  }
  flush();
}
writer.dispose();

async function say(text: string): Promise<void> {
  if (values.beam) process.stdout.write(translateLines(writer, tokenizer, [text], options)[0] ?? '');
  else for await (const piece of streamLine(writer, tokenizer, text, options)) process.stdout.write(piece);
  process.stdout.write('\n');
}

function numberOf<D extends number | undefined = undefined>(
  key: 'temperature' | 'top-k' | 'top-p' | 'seed',
  otherwise?: D,
) {
  const text = values[key];
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new UsageError(`--${key} ${text} is no number`);
  return value;
}

function readArguments() {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      allowPositionals: true,
      options: { beam: { type: 'boolean' }, temperature: text, 'top-k': text, 'top-p': text, seed: text },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
