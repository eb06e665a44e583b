import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pixels } from '../../data/index.js';
import { histogramOf } from './histogram.js';
import { prCurveOf } from './prCurve.js';
import { spriteOf } from './projector.js';
import { TensorBoardLogger } from './tensorBoardLogger.js';
import { at, bitwiseCrc, doubles, fieldsOf, float, floats, readRecords, readValues, text } from './testing.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atelier-tensorboard-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const torch = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', 'torch.json'), 'utf8'));
const eventFiles = () =>
  readdirSync(folder)
    .filter((name) => name.includes('tfevents'))
    .sort()
    .map((name) => join(folder, name));
const eventFile = () => eventFiles()[0] ?? '';

/** A picture whose every value is told by its place. */
const picture = (width: number, height: number, channels: number, start = 0): Pixels => ({
  ...{ width, height, channels },
  data: Uint8Array.from({ length: width * height * channels }, (_, i) => (start + i * 7) % 256),
});

it('the checksum of the tests is CRC-32C (RFC 3720, appendix B.4)', () => {
  expect(bitwiseCrc(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(bitwiseCrc(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
});

describe('TensorBoardLogger', () => {
  it('writes records that a reader without our schema understands', () => {
    const before = Date.now() / 1000;
    const logger = new TensorBoardLogger(folder);
    logger.scalars(7, { train_loss: 0.5, lr: 1e-3, step_loss: Number.NaN });
    logger.text(8, 'note', 'né **bold**');
    logger.close();
    const [header, ...events] = readRecords(eventFile());
    expect(text(at(header, 3))).toBe('brain.Event:2');
    const [wallTime = 0] = doubles(at(events[0], 1));
    expect(wallTime).toBeGreaterThanOrEqual(before);
    expect(wallTime).toBeLessThanOrEqual(Date.now() / 1000);
    const values = readValues(eventFile());
    expect(values.map(({ step, tag }) => [step, tag])).toEqual([
      [7, 'train/loss'],
      [7, 'lr'],
      [7, 'step/loss'],
      [8, 'note'],
    ]);
    expect(values.slice(0, 3).map(({ value }) => float(at(value, 2)))).toEqual([0.5, Math.fround(1e-3), Number.NaN]);
    const note = values[3]?.value;
    expect(text(at(note, 9, 1, 1))).toBe('text');
    expect(at(note, 8, 1)).toBe(7n); // DT_STRING
    expect(text(at(note, 8, 8))).toBe('né **bold**');
  });

  it('zero, false and the empty text are values too', () => {
    const logger = new TensorBoardLogger(folder);
    logger.scalars(0, { accuracy: 0 });
    logger.hparams({ seed: 0 });
    logger.hparams({ nesterov: false });
    logger.hparams({ note: '' });
    logger.close();
    const [zero, ...hparams] = readValues(eventFile());
    expect(float(at(zero?.value, 2))).toBe(0);
    // A map's entry: key 1, value 2; of the value number 2, text 3, bool 4.
    const kinds = hparams.map(({ value }) => [...fieldsOf(at(value, 9, 1, 2, 3, 1, 2)).keys()]);
    expect(kinds).toEqual([[2], [4], [3]]);
  });

  it('steps beyond 32 bits and an empty set of numbers', () => {
    const logger = new TensorBoardLogger(folder);
    logger.scalars(2 ** 40, { loss: 1 });
    logger.scalars(3, {});
    logger.close();
    expect(readValues(eventFile())).toMatchObject([{ step: 2 ** 40, tag: 'loss' }]);
  });

  it.each([1, 3, 4])('images of %d channels are PNG files with the same pixels', async (channels) => {
    const pixels = picture(5, 3, channels);
    const logger = new TensorBoardLogger(folder);
    logger.image(1, 'samples', pixels);
    expect(() => logger.image(1, 'bad', { ...pixels, height: 4 })).toThrow(
      `an image of ${15 * channels} bytes is not 4 × 5 pixels of ${channels} channels`,
    );
    logger.close();
    const [{ value } = { value: undefined }] = readValues(eventFile());
    expect([at(value, 4, 1), at(value, 4, 2), at(value, 4, 3)]).toEqual([3n, 5n, BigInt(channels)]);
    const png = at(value, 4, 4);
    const { data, info } = await sharp(Buffer.isBuffer(png) ? png : Buffer.alloc(0))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 5, height: 3 });
    // sharp gives a grey PNG as three equal channels or one.
    const first = info.channels === channels ? [...data] : [...data].filter((_, i) => i % info.channels === 0);
    expect(first).toEqual([...pixels.data]);
  });

  it("histograms in torch's buckets; what is not finite is told", () => {
    const { values, ...expected } = torch.histogram;
    const logger = new TensorBoardLogger(folder);
    logger.histogram(4, 'weights', [...values, Number.NaN, Number.POSITIVE_INFINITY]);
    logger.histogram(5, 'nothing', [Number.NaN]);
    logger.close();
    const [histogram, missing, nothing] = readValues(eventFile());
    expect([missing?.tag, float(at(missing?.value, 2))]).toEqual(['weights_not_finite', 2]);
    expect([nothing?.tag, float(at(nothing?.value, 2))]).toEqual(['nothing_not_finite', 1]);
    const [min, max, num, sum, squares] = [1, 2, 3, 4, 5].map((field) => doubles(at(histogram?.value, 5, field))[0]);
    expect([min, max, num]).toEqual([expected.min, expected.max, expected.num]);
    expect(sum).toBeCloseTo(expected.sum, 10);
    expect(squares).toBeCloseTo(expected.sumSquares, 8);
    expect(doubles(at(histogram?.value, 5, 7))).toEqual(expected.bucket);
    const limits = doubles(at(histogram?.value, 5, 6));
    limits.forEach((limit, i) => {
      expect(limit).toBeCloseTo(expected.bucketLimit[i], 12);
    });
  });

  it('values beyond the outermost buckets are counted in them', () => {
    const histogram = histogramOf([1e30, -1e30, 0]);
    expect(histogram?.bucket.reduce((a, b) => a + b)).toBe(3);
    expect(histogram?.bucket.at(-1)).toBe(1);
  });

  it("PR curves as torch's add_pr_curve counts them", () => {
    const { labels, scores, thresholds, rows } = torch.prCurve;
    const logger = new TensorBoardLogger(folder);
    logger.prCurve(2, 'digits', labels, scores, thresholds);
    logger.close();
    const [curve] = readValues(eventFile());
    expect(text(at(curve?.value, 9, 1, 1))).toBe('pr_curves');
    expect(at(curve?.value, 9, 1, 2, 2)).toBe(BigInt(thresholds));
    const flat = floats(at(curve?.value, 8, 5));
    rows.flat().forEach((expected: number, i: number) => {
      expect(flat[i]).toBeCloseTo(expected, 6);
    });
    expect(flat.length).toBe(6 * thresholds);
    expect(() => prCurveOf([0, 2], [0.1, 0.2])).toThrow('label 1 of a PR curve is 2, not 0 or 1');
    expect(() => prCurveOf([0, 1], [0.1, 1.2])).toThrow('score 1 of a PR curve is 1.2, not in [0, 1]');
    expect(() => prCurveOf([0], [0.1, 0.2])).toThrow('1 labels and 2 scores');
  });

  it('hyperparameters of a run: numbers, booleans and texts; the end says that it went well', () => {
    const logger = new TensorBoardLogger(folder);
    logger.hparams({ lr: 0.1, nesterov: true, name: 'sgd', betas: [0.9, 0.95], ema: null });
    logger.hparams({}, { test_accuracy: 0.75 });
    logger.close();
    const [start, end, metric] = readValues(eventFile());
    expect(start?.tag).toBe('_hparams_/session_start_info');
    expect(text(at(start?.value, 9, 1, 1))).toBe('hparams');
    const content = at(start?.value, 9, 1, 2, 3);
    const entries = Buffer.isBuffer(content) ? content.toString('latin1') : '';
    for (const word of ['lr', 'nesterov', 'sgd', '[0.9,0.95]', 'null']) expect(entries).toContain(word);
    expect(end?.tag).toBe('_hparams_/session_end_info');
    expect(at(end?.value, 9, 1, 2, 4, 1)).toBe(1n); // STATUS_SUCCESS
    expect([metric?.tag, float(at(metric?.value, 2))]).toEqual(['test/accuracy', 0.75]);
  });

  it('a second logger in the folder is a resume: steps after its own no longer count', () => {
    new TensorBoardLogger(folder).close();
    new TensorBoardLogger(folder, 20).close();
    const [, start] = readRecords(eventFiles()[1] ?? '');
    expect([at(start, 2), at(start, 7, 1)]).toEqual([21n, 1n]); // step, SessionLog.START
    expect(readRecords(eventFile()).length).toBe(1);
  });

  it('embeddings are files beside it: points, labels, a sprite, and a config that names them all', async () => {
    const logger = new TensorBoardLogger(folder);
    const images = [picture(4, 4, 1), picture(4, 4, 1, 50), picture(4, 4, 1, 90)];
    const vectors = [Float32Array.of(0.5, 1), [2, 3], [4, 5]];
    const one = logger.embedding(3, 'features', { vectors, labels: ['a\tb', 'c', 'd'], images });
    const two = logger.embedding(6, 'features', {
      vectors,
      labels: vectors.map((_, i) => ({ id: `${i}`, class: 'x' })),
    });
    await Promise.all([one, two]);
    await expect(logger.embedding(7, 'odd', { vectors: [[1, 2], [3]] })).rejects.toThrow(
      'point 1 of an embedding has 1 dimensions, not 2',
    );
    await expect(logger.embedding(7, 'odd', { vectors, labels: ['a'] })).rejects.toThrow('3 points has 1 labels');
    const config = readFileSync(join(folder, 'projector_config.pbtxt'), 'utf8');
    expect(config.match(/tensor_path: "(.*)"/g)?.length).toBe(2);
    const [place = ''] = config.match(/projector\/000003_features/) ?? [];
    expect(readFileSync(join(folder, place, 'tensors.tsv'), 'utf8')).toBe('0.5\t1\n2\t3\n4\t5\n');
    expect(readFileSync(join(folder, place, 'metadata.tsv'), 'utf8')).toBe('a b\nc\nd\n');
    expect(readFileSync(join(folder, 'projector/000006_features/metadata.tsv'), 'utf8')).toBe(
      'id\tclass\n0\tx\n1\tx\n2\tx\n',
    );
    const sprite = await sharp(join(folder, place, 'sprite.png'))
      .extractChannel(0)
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([sprite.info.width, sprite.info.height]).toEqual([8, 8]);
    images.forEach((image, i) => {
      for (let p = 0; p < 16; p++) {
        const [x, y] = [(i % 2) * 4 + (p % 4), Math.floor(i / 2) * 4 + Math.floor(p / 4)];
        expect(sprite.data[y * 8 + x]).toBe(image.data[p]);
      }
    });
    expect(() => spriteOf(Array.from({ length: 10_000 }, () => ({ ...picture(1, 1, 1), width: 128 })))).toThrow(
      '10000 images of 128 × 1 make a sprite of more than 8192 pixels a side',
    );
  });
});
