import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { InvalidMessage, readMessage, Signer, writeMessage } from './index.js';

const key = 'secret';
const header = { msg_id: '1', msg_type: 'execute_request', session: 's', username: 'u', date: 'd', version: '5.4' };
const parts = [header, {}, {}, { code: '1' }].map((part) => Buffer.from(JSON.stringify(part)));

/** The signature as the protocol defines it, written out. */
function signature(signed: Buffer[]): Buffer {
  return Buffer.from(createHmac('sha256', key).update(Buffer.concat(signed)).digest('hex'));
}

test('a message is read with its identities and buffers', () => {
  const frames = [Buffer.from('id'), Buffer.from('<IDS|MSG>'), signature(parts), ...parts, Buffer.from([1, 2])];
  const message = readMessage(frames, new Signer(key));
  expect(message.identities.map(String)).toEqual(['id']);
  expect(message.header).toEqual(header);
  expect(message.headerJson).toBe(JSON.stringify(header));
  expect(message.content).toEqual({ code: '1' });
  expect(message.buffers).toEqual([Buffer.from([1, 2])]);
});

test('a written message has the parent as it came and the signature of its parts', () => {
  const parent = '{"msg_id": "1",  "kept": true}';
  const frames = writeMessage({ type: 'status', parent, content: '{"a":1}' }, 'session', new Signer(key));
  expect(frames[0]?.toString()).toBe('<IDS|MSG>');
  expect(frames[1]).toEqual(signature(frames.slice(2, 6)));
  expect(frames.slice(3).map(String)).toEqual([parent, '{}', '{"a":1}']);
  expect(JSON.parse(String(frames[2]))).toMatchObject({ msg_type: 'status', session: 'session', version: '5.4' });
});

test('wrong signatures, repetitions and bytes that are no message are refused', () => {
  const signer = new Signer(key);
  const frames = [Buffer.from('<IDS|MSG>'), signature(parts), ...parts];
  readMessage(frames, signer);
  const other = [...parts.slice(0, 3), Buffer.from('{"code":"2"}')];
  const bad: Record<string, Buffer[]> = {
    'come before': frames,
    'signature does not fit': [Buffer.from('<IDS|MSG>'), signature(parts), ...other],
    'no Jupyter message': parts,
    '0 frames': [],
    'is no JSON$': [Buffer.from('<IDS|MSG>'), Buffer.from(''), Buffer.from('{'), ...parts.slice(1)],
    'no JSON object': [Buffer.from('<IDS|MSG>'), Buffer.from(''), Buffer.from('[]'), ...parts.slice(1)],
    'no msg_type': [Buffer.from('<IDS|MSG>'), Buffer.from(''), Buffer.from('{"msg_id":"1"}'), ...parts.slice(1)],
  };
  for (const [reason, mutated] of Object.entries(bad)) {
    const reader = reason.includes('msg_type') || reason.includes('JSON') ? new Signer('') : signer;
    expect(() => readMessage(mutated, reader), reason).toThrow(InvalidMessage);
    expect(() => readMessage(mutated, reader), reason).toThrow(new RegExp(reason));
  }
});

test('an empty key signs nothing and takes everything', () => {
  const frames = [Buffer.from('<IDS|MSG>'), Buffer.from('anything'), ...parts];
  expect(readMessage(frames, new Signer('')).content).toEqual({ code: '1' });
  expect(new Signer('').sign(parts)).toBe('');
});
