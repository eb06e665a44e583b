// For translation.py: npx tsx tools/crosscheck/translation.ts <run folder of attention_is_all_you_need>. Translates the first lines of its test with its
// ONNX files, greedily, writes them as crosscheck.source.txt and crosscheck.greedy.txt, and prints our BLEU of the run's own test texts.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTokenizer } from 'common/data';
import { greedy, loadCachedModel } from 'common/decoding';
import { createBleu } from 'common/metrics';

const LINES = 200;
const [folder = '.'] = process.argv.slice(2);
const lines = (name: string) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1);
const tokenizer = await loadTokenizer(folder);
const model = loadCachedModel(join(folder, 'encoder.onnx'), join(folder, 'decoder.onnx'));
const some = lines('test.source.txt').slice(0, LINES);
const texts = greedy(
  model,
  some.map((line) => [...tokenizer.encodeIds(line, { addSpecialTokens: false }), model.eos]),
);
const write = (name: string, all: readonly string[]) =>
  writeFileSync(join(folder, name), all.map((line) => `${line}\n`).join(''));
write('crosscheck.source.txt', some);
write('crosscheck.greedy.txt', texts.map((text) => tokenizer.decode(text))); // biome-ignore format: one call
const bleu = createBleu();
bleu.update(lines('test.hypothesis.txt'), lines('test.reference.txt'));
const { text, signature } = bleu.compute();
writeFileSync(join(folder, 'crosscheck.bleu.txt'), `${text}\n${signature}\n`);
model.dispose();
console.log(`${texts.length} translations, ${text}`);
