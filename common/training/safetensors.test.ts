import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../utils/index.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  type FileTensor,
  readSafetensors,
  writeSafetensors,
} from './safetensors.js';

/** A file assembled by hand from a header text and data bytes. */
function file(header: string, data: number[], length = Buffer.byteLength(header)): Uint8Array {
  const size = Buffer.alloc(8);
  size.writeUInt32LE(length);
  return Buffer.concat([size, Buffer.from(header), Buffer.from(data)]);
}

describe('safetensors', () => {
  it('reads bytes assembled by hand, every dtype', () => {
    const header =
      '{"__metadata__":{"format":"pt"},"l":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},' +
      '"f":{"dtype":"F32","shape":[2,1],"data_offsets":[8,16]},"h":{"dtype":"F16","shape":[3],"data_offsets":[16,22]},' +
      '"b":{"dtype":"BF16","shape":[],"data_offsets":[22,24]},"m":{"dtype":"BOOL","shape":[2],"data_offsets":[24,26]}}';
    const data = [254, 255, 255, 255, 255, 255, 255, 255] // -2 as int64
      .concat([0, 0, 128, 63, 0, 0, 32, 192]) // 1, -2.5
      .concat([0, 60, 1, 0, 0, 252]) // half: 1, 2^-24, -inf
      .concat([64, 192, 1, 0]); // bfloat16 -3; true, false
    const { tensors, metadata } = decodeSafetensors(file(header, data));
    expect(metadata).toEqual({ format: 'pt' });
    expect(tensors.get('l')).toEqual({ dtype: 'int64', shape: [1], data: BigInt64Array.of(-2n) });
    expect(tensors.get('f')).toEqual({ dtype: 'float32', shape: [2, 1], data: Float32Array.of(1, -2.5) });
    expect([...(tensors.get('h')?.data ?? [])]).toEqual([1, 2 ** -24, Number.NEGATIVE_INFINITY]);
    expect(tensors.get('b')).toEqual({ dtype: 'float32', shape: [], data: Float32Array.of(-3) });
    expect([...(tensors.get('m')?.data ?? [])]).toEqual([1, 0]);
  });

  it('writes the bytes of the format: wide types first, header padded to 8', () => {
    const tensors = new Map<string, FileTensor>([
      ['a', { dtype: 'uint8', shape: [1], data: Uint8Array.of(7) }],
      ['w', { dtype: 'float32', shape: [1], data: Float32Array.of(1) }],
    ]);
    const bytes = Buffer.concat(encodeSafetensors(tensors, { k: 'v' }));
    const header =
      '{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}';
    const padded = Math.ceil(header.length / 8) * 8;
    expect(bytes.readBigUInt64LE(0)).toBe(BigInt(padded));
    expect(bytes.subarray(8, 8 + padded).toString()).toBe(header.padEnd(padded, ' '));
    expect([...bytes.subarray(8 + padded)]).toEqual([0, 0, 128, 63, 7]);
  });

  it('round-trips through a file and leaves no temporary file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
    const tensors = new Map<string, FileTensor>([
      ['x', { dtype: 'float64', shape: [2], data: Float64Array.of(Math.PI, Number.NaN) }],
      ['empty', { dtype: 'float32', shape: [0, 3], data: new Float32Array(0) }],
      ['n', { dtype: 'int32', shape: [], data: Int32Array.of(-5) }],
    ]);
    await writeSafetensors(join(folder, 'a.safetensors'), tensors);
    expect((await readSafetensors(join(folder, 'a.safetensors'))).tensors).toEqual(tensors);
    expect(await readdir(folder)).toEqual(['a.safetensors']);
  });

  it('names what is wrong with a damaged file', async () => {
    const one = (offsets: string, dtype = 'F32') => `{"x":{"dtype":"${dtype}","shape":[1],"data_offsets":${offsets}}}`;
    const two =
      '{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}';
    const cases: [Uint8Array, RegExp][] = [
      [Uint8Array.of(1, 2), /2 bytes/],
      [file('{}', [], 500), /truncated/],
      [file('{}', [], 2 ** 31), /claims/],
      [file('{"x"', []), /not JSON/],
      [file('[]', []), /not a JSON object/],
      [file(one('[0,4]'), [0, 0]), /"x" ends at byte 4.*truncated/],
      [file(one('[0,3]'), [0, 0, 0]), /"x".*needs 4 bytes/],
      [file(one('[4,8]'), [0, 0, 0, 0, 0, 0, 0, 0]), /hole/],
      [file(two, [0, 0, 0, 0, 0, 0]), /"y".*overlap/],
      [file(one('[0,4]'), [0, 0, 0, 0, 9]), /1 bytes after/],
      [file(one('[0,4]', 'F8_E4M3'), [0, 0, 0, 0]), /F8_E4M3; readable are F64/],
      [file(one('[-4,0]'), []), /data_offsets/],
    ];
    for (const [bytes, message] of cases) {
      expect(() => decodeSafetensors(bytes, 'model.safetensors')).toThrow(message);
      expect(() => decodeSafetensors(bytes, 'model.safetensors')).toThrow(UserError);
    }
    await expect(readSafetensors('/nowhere/x.safetensors')).rejects.toThrow(/\/nowhere\/x.safetensors/);
  });

  it('reads a file written by Python, and writes the same bytes', async () => {
    const path = join(import.meta.dirname, 'fixtures', 'python.safetensors');
    const { tensors, metadata } = await readSafetensors(path);
    expect(metadata).toEqual({ format: 'pt' });
    expect(tensors.get('linear.weight')).toEqual({
      dtype: 'float32',
      shape: [2, 3],
      data: Float32Array.of(0, 0.5, 1, 1.5, 2, 2.5),
    });
    expect(tensors.get('half')).toEqual({ dtype: 'float32', shape: [2], data: Float32Array.of(0.5, -2) });
    expect(tensors.get('num_batches_tracked')).toEqual({ dtype: 'int64', shape: [], data: BigInt64Array.of(7n) });
    tensors.delete('half');
    const folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
    await writeFile(join(folder, 'b'), Buffer.concat(encodeSafetensors(tensors, metadata)));
    expect(await readFile(join(folder, 'b'))).toEqual(
      await readFile(join(import.meta.dirname, 'fixtures', 'python_full.safetensors')),
    );
  });
});
