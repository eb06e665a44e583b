import { describe, expect, it } from 'vitest';
import type { Message } from '../../kernel/client/index.js';
import { OutputArea } from './outputArea.js';

describe('outputs', () => {
  const message = (type: string, content: Record<string, unknown>): Message => ({
    channel: 'iopub',
    header: { msg_id: '', msg_type: type, session: '', username: '', date: '', version: '' },
    parent: {},
    metadata: {},
    content,
    buffers: [],
  });
  const stream = (content: string, name = 'stdout') => message('stream', { name, text: content });
  const display = (plain: string, id?: string, type = 'display_data') =>
    message(type, { data: { 'text/plain': plain }, metadata: {}, transient: { display_id: id } });

  it('puts text of one stream together and keeps the order of streams', () => {
    const area = new OutputArea(new Map());
    for (const one of [stream('a'), stream('b\n'), stream('!', 'stderr'), stream('c')]) area.take(one);
    expect(area.outputs.map((output) => 'text' in output && output.text)).toEqual(['ab\n', '!', 'c']);
  });

  it('clears at once, or with the next output', () => {
    const area = new OutputArea(new Map());
    for (const one of [stream('a'), message('clear_output', { wait: false })]) area.take(one);
    expect(area.outputs).toEqual([]);
    for (const one of [stream('b'), message('clear_output', { wait: true })]) area.take(one);
    expect(area.outputs).toHaveLength(1);
    area.take(stream('c'));
    expect(area.outputs).toEqual([{ output_type: 'stream', name: 'stdout', text: 'c' }]);
  });

  it('updates displays of earlier cells as well', () => {
    const displays = new Map();
    const [first, second] = [new OutputArea(displays), new OutputArea(displays)];
    first.take(display('old', 'd'));
    first.take(display('other'));
    second.take(display('old', 'd'));
    second.take(display('new', 'd', 'update_display_data'));
    expect(first.outputs).toMatchObject([{ data: { 'text/plain': 'new' } }, { data: { 'text/plain': 'other' } }]);
    expect(second.outputs).toMatchObject([{ data: { 'text/plain': 'new' } }]);
  });

  it('leaves of a progress bar its last state', () => {
    const area = new OutputArea(new Map());
    area.take(stream('  0 %\r 50 %\r100 %\nab\b\bcd\nlonger\rshort\r\nend\r'));
    area.settle();
    expect(area.outputs).toMatchObject([{ text: '100 %\ncd\nshortr\nend' }]);
  });
});
