import { newHeader, pack } from '../client/index.js';

/** Numbers in [0, 1) that a seed decides (mulberry32), so that a failing message can be made again. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const requests: Record<string, Record<string, unknown>> = {
  kernel_info_request: {},
  execute_request: {
    code: '1 + 1',
    silent: false,
    store_history: false,
    user_expressions: { a: '1' },
    allow_stdin: false,
    stop_on_error: false,
  },
  complete_request: { code: 'consol', cursor_pos: 6 },
  inspect_request: { code: 'console', cursor_pos: 3, detail_level: 0 },
  is_complete_request: { code: 'const x = {' },
  history_request: {
    output: true,
    raw: true,
    hist_access_type: 'search',
    session: 0,
    start: 0,
    stop: 5,
    n: 5,
    pattern: '*',
    unique: false,
  },
  comm_info_request: { target_name: 'x' },
  comm_open: { comm_id: 'fuzz', target_name: 'x', data: {} },
  comm_msg: { comm_id: 'fuzz', data: {} },
  comm_close: { comm_id: 'fuzz', data: {} },
  connect_request: {},
  interrupt_request: {},
  debug_request: { command: 'x' },
  input_reply: { value: 'x', status: 'ok' },
};

/** Values where the protocol has others. */
const oddValues: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  2 ** 53,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '👩‍🔬',
  'x'.repeat(10_000),
  [],
  [[]],
  {},
  { a: { b: null } },
  ['x', 1],
  '__proto__',
  { ['__proto__']: 1 },
  '../../..',
  'constructor',
  '*'.repeat(40),
  '?'.repeat(20),
  'let let = 1',
  '`${',
  'x?',
  '??x',
];

/**
 * The frames of a message that is almost one: a request with a part that is missing, doubled, of another type or of other bytes, and
 * signed as it should be in two of three cases, so that what stands behind the signature is reached, too.
 */
export function mutatedMessage(random: () => number, key: string): Buffer[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const types = Object.keys(requests);
  const type = pick(types);
  const message = {
    header: { ...newHeader(type, 'fuzz') },
    parent: {},
    metadata: {},
    content: structuredClone(requests[type] ?? {}),
    buffers: random() < 0.1 ? [Buffer.alloc(Math.floor(random() * 100), 7)] : [],
  };
  const isDeep = random() < 0.67;
  if (isDeep) {
    for (let i = 0; i <= random() * 2; i++) {
      const part: Record<string, unknown> = pick([
        message.content,
        message.content,
        message.content,
        message.header,
        message.parent,
        message.metadata,
      ]);
      const keys = Object.keys(part);
      const name = keys.length > 0 && random() < 0.9 ? pick(keys) : 'surplus';
      if (random() < 0.2) delete part[name];
      else
        part[name] =
          name === 'msg_type' ? pick([...types, 'x_request', '', 'constructor', '__proto__']) : pick(oddValues);
    }
    return pack(message, key);
  }
  const frames = pack(message, key);
  for (let i = 0; i <= random() * 3; i++) {
    const at = Math.floor(random() * frames.length);
    const kind = Math.floor(random() * 6);
    const frame = frames[at];
    if (kind === 0) frames.splice(at, 1);
    else if (kind === 1 && frame) frames.splice(at, 0, frame);
    else if (kind === 2) frames.splice(at, 0, Buffer.from(pick(['', '{}', '[]', 'null', '{"a":', '\u00ff\u00fe'])));
    else if (kind === 3 && frame) frames[at] = frame.subarray(0, Math.floor(random() * frame.length));
    else if (kind === 4 && frame && frame.length > 0) {
      const bytes = Buffer.from(frame);
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      frames[at] = bytes;
    } else frames.reverse();
  }
  return frames.length > 0 ? frames : [Buffer.alloc(0)];
}
