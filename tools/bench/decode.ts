// npm run bench -- decode: sentences written by greedy decoding with a key-value cache, and the time of a token where one sentence is written.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uniformAt } from 'common/backend';
import { type CachedModel, cachedModel, greedy, streamTokens } from 'common/decoding';
import { Seq2Seq } from 'common/models';
import { initialise } from 'common/nn';
import { writeSafetensors } from 'common/training';
import { UsageError } from 'common/utils';
import { median } from './measure.js';

/** A translation model for short sentences: d256, 4 heads, 3 + 3 layers, a vocabulary of 8,000; sines as positions. */
const sizes = { vocabulary: 8000, dim: 256, heads: 4, encoderLayers: 3, decoderLayers: 3, feedForward: 1024 };
const special = { pad: 0, bos: 1, eos: 2 };
const SENTENCES = 1000;
const BATCH = 64;
const LATENCY_SENTENCES = 20;

/** Sentences of Multi30k's lengths: 14 tokens in the mean, a deviation of 4, from 4 to 40; what is written has a length of its own beside it. */
export function sentences(): { source: Int32Array; length: number }[] {
  const normal = (i: number, salt: number) =>
    Math.sqrt(-2 * Math.log(1 - uniformAt(i, salt, 0))) * Math.cos(2 * Math.PI * uniformAt(i, salt, 1));
  const clamp = (x: number) => Math.min(40, Math.max(4, Math.round(x)));
  return Array.from({ length: SENTENCES }, (_, i) => {
    const tokens = clamp(14 + 4 * normal(i, 1));
    const source = Int32Array.from({ length: tokens }, (_, t) =>
      t === tokens - 1 ? special.eos : 3 + Math.floor(uniformAt(i, 2, t) * (sizes.vocabulary - 3)),
    );
    return { source, length: clamp(tokens + 2 * normal(i, 3)) };
  });
}

/**
 * Random weights never write an end: both sides stop each sentence at its given length. The end's row of the embedding is turned away, so that it is
 * never the likeliest.
 */
function model(): Seq2Seq {
  const made = initialise(new Seq2Seq({ ...sizes, dropout: 0, positions: 'sinusoidal' }), 0).eval();
  const state = made.stateDict();
  const embedding = state.get('embedding.weight');
  if (embedding?.data instanceof Float32Array)
    embedding.data.fill(0, special.eos * sizes.dim, (special.eos + 1) * sizes.dim);
  made.loadStateDict(state);
  return made;
}

export interface DecodeLine {
  case: 'decode';
  engine: string;
  /** Of all sentences, the encoder included. */
  seconds: number;
  cpu_s: number;
  sentences: number;
  tokens: number;
  tokens_per_second: number;
  /** Median milliseconds of a token where one sentence is written. */
  token_ms: number;
  /** A sum over the tokens written: the same where the texts are. */
  checksum: number;
}

const checksumOf = (texts: readonly ArrayLike<number>[]): number =>
  texts.reduce((sum, text, i) => Array.from(text).reduce((s, id, t) => (s + id * (t + 1 + i)) % 1_000_003, sum), 0);

function measureOwn(writer: CachedModel): DecodeLine {
  const all = sentences();
  const write = (some: typeof all) =>
    greedy(
      writer,
      some.map(({ source }) => source),
      // The limit of a sentence is told by its length; those of equal length differ, so it is looked up in turn.
      { batch: BATCH, maxTokens: limits(some) },
    );
  write(all.slice(0, BATCH));
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const texts = write(all);
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  const times: number[] = [];
  for (const { source, length } of all.slice(0, LATENCY_SENTENCES)) {
    let before = performance.now();
    for (const _ of streamTokens(writer, source, { maxTokens: () => length })) {
      times.push(performance.now() - before);
      before = performance.now();
    }
  }
  const tokens = texts.reduce((sum, { length }) => sum + length, 0);
  return {
    ...{ case: 'decode', engine: 'atelier', seconds: round(seconds), cpu_s: round((used.user + used.system) / 1e6) },
    ...{ sentences: texts.length, tokens, tokens_per_second: Math.round(tokens / seconds) },
    ...{ token_ms: round(median(times)), checksum: checksumOf(texts) },
  };
}

/** `greedy` asks for the limits in the order of the sources. */
function limits(some: readonly { length: number }[]): () => number {
  let next = 0;
  return () => some[next++]?.length ?? 1;
}

const round = (value: number) => Number(value.toFixed(3));

/**
 * Our line, and those of peers in turns. A peer is given `decode`, a safetensors file of the same weights and a JSON file of sentences
 * (`{ sources, lengths, batch, latency }`), and prints the same line.
 */
export async function benchDecode({ peers, rounds }: { peers: readonly string[]; rounds: number }): Promise<void> {
  const made = model();
  const writer = cachedModel(made, { ...special, maxLength: 128 });
  const folder = mkdtempSync(join(tmpdir(), 'atelier-decode-'));
  try {
    const [weights, texts] = [join(folder, 'model.safetensors'), join(folder, 'sentences.json')];
    if (peers.length > 0) await writePeerFiles(made, weights, texts);
    const ratios = peers.map((): { wall: number; cpu: number; token: number }[] => []);
    for (let turn = 0; turn < (peers.length > 0 ? rounds : 1); turn++) {
      const own = measureOwn(writer);
      console.log(JSON.stringify(own));
      for (const [i, peer] of peers.entries()) {
        const result = spawnSync(`${peer} decode ${weights} ${texts}`, { shell: true, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }); // biome-ignore format: one call
        const text = result.stdout.split('\n').find((line) => line.startsWith('{'));
        if (text === undefined) throw new UsageError(`the peer printed no line: ${peer}`);
        console.log(text);
        const line: DecodeLine = JSON.parse(text);
        if (line.checksum !== own.checksum)
          console.log(`${line.engine} wrote other texts: their sum is ${line.checksum}, not ${own.checksum}`);
        ratios[i]?.push({
          wall: line.seconds / own.seconds,
          cpu: line.cpu_s / own.cpu_s,
          token: line.token_ms / own.token_ms,
        });
      }
    }
    for (const [i, found] of ratios.entries()) {
      const of = (key: 'wall' | 'cpu' | 'token') => median(found.map((ratio) => ratio[key])).toFixed(2);
      console.log(
        `${peers[i]}: takes ${of('wall')} times our time (${of('cpu')} of processor time), ${of('token')} times a token of one sentence`,
      );
    }
  } finally {
    writer.dispose();
    made.dispose();
    rmSync(folder, { recursive: true });
  }
}

async function writePeerFiles(made: Seq2Seq, weights: string, texts: string): Promise<void> {
  const { writeFile } = await import('node:fs/promises');
  await writeSafetensors(weights, made.stateDict());
  const all = sentences();
  const file = {
    sources: all.map(({ source }) => Array.from(source)),
    lengths: all.map(({ length }) => length),
    ...{ batch: BATCH, latency: LATENCY_SENTENCES },
  };
  await writeFile(texts, JSON.stringify(file));
}
