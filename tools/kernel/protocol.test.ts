import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { KernelClient, type Message } from './client/index.js';
import { validateMessage } from './testing/messageSchemas.js';
import { startTestKernel, type TestKernel } from './testing/testKernel.js';

// What jupyter_kernel_test and runtimed/kernel-testbed check, written anew; each message is validated besides.
let kernel: TestKernel;

beforeAll(async () => {
  kernel = await startTestKernel();
  await kernel.run('0'); // the first cell waits for TypeScript
});
afterAll(() => kernel?.remove());
afterEach(() => expect(kernel.violations).toEqual([]));

/** All messages of one request, up to the state idle; the reply among them. */
async function exchange(type: string, content: Record<string, unknown> = {}, channel: 'shell' | 'control' = 'shell') {
  const messages: Message[] = [];
  const id = randomUUID();
  return await new Promise<Message[]>((resolve) => {
    const stop = kernel.client.onMessage((message) => {
      if (message.parent.msg_id !== id) return;
      messages.push(message);
      const types = messages.map(({ header }) => header.msg_type);
      const isIdle = messages.some((each) => each.content.execution_state === 'idle');
      if (!isIdle || !(types.some((each) => each.endsWith('_reply')) || !type.endsWith('_request'))) return;
      stop();
      resolve(messages);
    });
    void kernel.client.send(channel, type, content, { id });
  });
}

async function ask(type: string, content: Record<string, unknown> = {}, channel: 'shell' | 'control' = 'shell') {
  const messages = await exchange(type, content, channel);
  const [reply, ...more] = messages.filter(({ channel: from }) => from === channel);
  expect(more).toEqual([]);
  expect(reply?.header.msg_type).toBe(type.replace('_request', '_reply'));
  return reply?.content ?? {};
}

test('the heartbeat echoes, also while a cell runs', async () => {
  const cell = kernel.run('const until = Date.now() + 700; while (Date.now() < until);');
  await new Promise((resolve) => setTimeout(resolve, 300));
  await kernel.client.heartbeat(1000);
  expect((await cell).status).toBe('ok');
});

test('a new subscriber is welcomed with its topic', async () => {
  const client = new KernelClient(kernel.info);
  const first = await new Promise<Message>((resolve) => client.onMessage(resolve));
  client.close();
  validateMessage(first);
  expect(first.header.msg_type).toBe('iopub_welcome');
  expect(first.content).toEqual({ subscription: '' });
  expect(first.parent).toEqual({});
});

test('kernel_info names the language and the protocol, on shell and on control', async () => {
  for (const channel of ['shell', 'control'] as const) {
    const info = await ask('kernel_info_request', {}, channel);
    expect(info).toMatchObject({ status: 'ok', protocol_version: '5.4', implementation: 'atelier' });
    expect(info.language_info).toMatchObject({ name: 'typescript', file_extension: '.ts' });
  }
});

test('a request is framed by the states busy and idle, and everything names it as its parent', async () => {
  for (const [type, content] of [
    ['execute_request', { code: 'console.log(1); 2' }],
    ['is_complete_request', { code: '1' }],
    ['comm_info_request', {}],
  ] as const) {
    const messages = await exchange(type, content);
    const iopub = messages.filter(({ channel }) => channel === 'iopub');
    expect(iopub[0]?.content).toEqual({ execution_state: 'busy' });
    expect(iopub.at(-1)?.content).toEqual({ execution_state: 'idle' });
    const ids = messages.map(({ parent }) => [parent.msg_type, parent.session]);
    expect(new Set(ids.map(String))).toEqual(new Set([`${type},${kernel.client.session}`]));
  }
});

test('stdout, stderr and the value come in their order, after the input', async () => {
  const cell = await kernel.run("console.log('hello'); console.error('error'); console.log('again'); 40 + 2");
  expect(cell.messages[0]?.header.msg_type).toBe('execute_input');
  expect(cell.types).toEqual(['stdout', 'stderr', 'stdout', 'execute_result']);
  expect([cell.stdout, cell.stderr, cell.result]).toEqual(['hello\nagain\n', 'error\n', '42']);
});

test('statements, declarations and undefined show nothing', async () => {
  for (const code of [
    'const x = 1',
    'for (let i = 0; i < 3; i++) i;',
    'function f() { return 1; }',
    'undefined',
    '',
    '// nothing',
  ])
    expect((await kernel.run(code)).types, code).toEqual([]);
});

test('an error is one message with name, value and a frame of the cell, and nothing on stderr', async () => {
  const cell = await kernel.run("const before = 1;\nthrow new RangeError('too far');");
  expect([cell.status, cell.types]).toEqual(['error', ['error']]);
  expect(cell.error).toMatchObject({ ename: 'RangeError', evalue: 'too far' });
  expect(cell.error?.traceback).toMatch(new RegExp(`Cell ${cell.executionCount}, line 2`));
  expect(cell.error?.traceback).not.toMatch(/node:|node_modules/);
  expect(cell.reply.content).toMatchObject({ status: 'error', ename: 'RangeError', evalue: 'too far' });
  expect((await kernel.run('before')).result).toBe('1');
});

test('wrong syntax and wrong types are told before anything runs, with the line underlined', async () => {
  const syntax = await kernel.run('function function');
  expect([syntax.status, syntax.types, syntax.error?.ename]).toEqual(['error', ['error'], 'SyntaxError']);
  const types = await kernel.run("console.log('ran');\nconst n: number = 'one';");
  expect([types.status, types.types]).toEqual(['error', ['error']]);
  expect(types.error?.traceback).toContain("const n: number = 'one';\n        ~");
});

test('the count rises with stored cells only', async () => {
  const count = async (options = {}) => (await kernel.run('1', options)).executionCount ?? 0;
  const first = await count();
  expect(await count()).toBe(first + 1);
  expect(await count({ storeHistory: false })).toBe(first + 1);
  expect(await count({ silent: true })).toBe(first + 1);
  expect(await count()).toBe(first + 2);
});

test('a silent cell shows neither its input nor its value', async () => {
  const cell = await kernel.run('const silently = 5; silently', { silent: true });
  expect(cell.messages).toEqual([]);
  expect((await kernel.run('silently')).result).toBe('5');
});

test('user expressions are evaluated after the cell, each with its own error', async () => {
  const cell = await kernel.run('const base = 20;', {
    userExpressions: { double: 'base * 2', waits: 'await Promise.resolve(base)', wrong: 'nowhere' },
  });
  expect(cell.reply.content.user_expressions).toMatchObject({
    double: { status: 'ok', data: { 'text/plain': '40' } },
    waits: { status: 'ok', data: { 'text/plain': '20' } },
    wrong: { status: 'error', ename: 'ReferenceError' },
  });
});

test('after an error what was queued is aborted, unless stop_on_error is false', async () => {
  const queue = (stopOnError: boolean) =>
    Promise.all([
      kernel.execute("throw new Error('stop')", { stopOnError }),
      kernel.execute("console.log('second')"),
      kernel.client.request('kernel_info_request'),
    ]);
  const [, aborted, info] = await queue(true);
  expect([aborted.status, aborted.messages]).toEqual(['aborted', []]);
  expect(info.content.status).toBe('ok');
  expect((await kernel.run('1')).status).toBe('ok');
  const [, second] = await queue(false);
  expect(second.status).toBe('ok');
});

test('is_complete tells whole from unfinished from wrong code', async () => {
  const cases = {
    complete: ['1', "console.log('hello, world')", 'function f(x: number) {\n  return x * 2;\n}', 'const x = 1'],
    incomplete: ['const x = {', 'function f(', '`text', 'if (true) {'],
    invalid: ['function function', 'x ] y'],
  };
  for (const [status, samples] of Object.entries(cases))
    for (const code of samples) expect((await ask('is_complete_request', { code })).status, code).toBe(status);
});

test('completion and inspection know the variables of earlier cells', async () => {
  await kernel.run('const testVariableForCompletion = 42');
  const code = 'testVariableFor';
  const completed = await ask('complete_request', { code, cursor_pos: code.length });
  expect(completed).toMatchObject({ matches: ['testVariableForCompletion'], cursor_start: 0, cursor_end: code.length });
  const inspected = await ask('inspect_request', { code: 'testVariableForCompletion', cursor_pos: 5, detail_level: 0 });
  expect(inspected).toMatchObject({ status: 'ok', found: true });
  expect(JSON.stringify(inspected.data)).toContain('42');
});

test('positions count characters, not UTF-16 units', async () => {
  const code = "'👩‍🔬🎉'.toUpper";
  const characters = [...code].length;
  const completed = await ask('complete_request', { code, cursor_pos: characters });
  expect(completed).toMatchObject({ matches: ['toUpperCase'], cursor_start: characters - 7, cursor_end: characters });
});

test('a question mark shows what is known in the pager', async () => {
  const { content } = (await kernel.run('Math.max?')).reply;
  expect(content.payload).toMatchObject([{ source: 'page', data: { 'text/plain': expect.stringContaining('max') } }]);
});

test('history by tail, range and search', async () => {
  const codes = ['1 + 100', '2 + 100', '2 + 100', '3 + 100'];
  for (const code of codes) await kernel.run(code);
  const history = async (content: Record<string, unknown>): Promise<unknown[][]> => {
    const found = (await ask('history_request', { output: false, raw: true, ...content })).history;
    return Array.isArray(found) ? found : [];
  };
  const tail = await history({ hist_access_type: 'tail', n: 4 });
  expect(tail.map(([, , input]) => input)).toEqual(codes);
  const [session, line] = tail[0] ?? [];
  const range = await history({ hist_access_type: 'range', session, start: line, stop: Number(line) + 1 });
  expect(range).toEqual([[session, line, '1 + 100']]);
  expect(await history({ hist_access_type: 'range', session: 0, start: line, stop: Number(line) + 2 })).toHaveLength(2);
  expect(await history({ hist_access_type: 'search', pattern: '2 + 1*' })).toHaveLength(2);
  expect(await history({ hist_access_type: 'search', pattern: '2 + 1*', unique: true })).toHaveLength(1);
  expect(await history({ hist_access_type: 'search', pattern: '? + 100', n: 3 })).toHaveLength(3);
  const outputs = await history({ hist_access_type: 'tail', n: 1, output: true });
  expect(outputs[0]?.[2]).toEqual(['3 + 100', '103']);
});

test('display_data, update_display_data and clear_output, by the functions of Deno', async () => {
  const cell = await kernel.run(
    `await Deno.jupyter.broadcast("display_data", { data: { "text/html": "<b>initial</b>" }, metadata: {}, transient: { display_id: "test_update" } });
     await Deno.jupyter.broadcast("update_display_data", { data: { "text/html": "<b>updated</b>" }, metadata: {}, transient: { display_id: "test_update" } });
     await Deno.jupyter.broadcast("clear_output", { wait: false });`,
  );
  expect(cell.types).toEqual(['display_data', 'update_display_data', 'clear_output']);
  expect(cell.messages.at(-2)?.content).toMatchObject({
    data: { 'text/html': '<b>updated</b>' },
    transient: { display_id: 'test_update' },
  });
});

test("Deno's templates, display and display symbol show their bundle", async () => {
  const bundles = async (code: string) =>
    (await kernel.run(code)).messages.filter(({ content }) => content.data).map(({ content }) => content.data);
  expect(await bundles(`Deno.jupyter.html\`<b>\${1 + 1}</b>\``)).toMatchObject([{ 'text/html': '<b>2</b>' }]);
  expect(await bundles(`Deno.jupyter.md\`# \${'T'}\``)).toMatchObject([{ 'text/markdown': '# T' }]);
  expect(await bundles('Deno.jupyter.svg`<svg/>`')).toMatchObject([{ 'image/svg+xml': '<svg/>' }]);
  expect(await bundles('await Deno.jupyter.display({ "text/html": "raw" }, { raw: true })')).toEqual([
    { 'text/html': 'raw' },
  ]);
  expect(
    await bundles('({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "own", "text/plain": "own" }) })'),
  ).toEqual([{ 'text/html': 'own', 'text/plain': 'own' }]);
  expect(await bundles('[{letter: "A", frequency: 0.08167}, {letter: "B", frequency: 0.01492}]')).toHaveLength(1);
});

test('prompt waits for an answer in the middle of a cell, confirm reads yes or no', async () => {
  const asked: string[] = [];
  const cell = await kernel.run("const name = prompt('Enter: '); const sure = confirm('Sure?'); [name, sure]", {
    onInput: (question) => {
      asked.push(question);
      return asked.length === 1 ? 'Ada' : 'y';
    },
  });
  expect(asked).toEqual(['Enter: ', 'Sure? [y/N] ']);
  expect(cell.result).toBe("[ 'Ada', true ]");
});

test('without a client that can be asked, prompt fails with the reason', async () => {
  const cell = await kernel.run("prompt('Enter: ')");
  expect(cell.error).toMatchObject({ ename: 'InputError', evalue: expect.stringContaining('allow_stdin') });
});

test('comms: an unknown target is closed, a known one talks both ways and is listed', async () => {
  const open = { comm_id: 'nobody', target_name: 'unknown', data: {} };
  const refused = await exchange('comm_open', open);
  expect(refused.some(({ header, content }) => header.msg_type === 'comm_close' && content.comm_id === 'nobody')).toBe(
    true,
  );

  await kernel.run(
    `const heard: unknown[] = [];
     comms.registerTarget('echo', (comm, message) => {
       heard.push(message.data);
       comm.onMessage = ({ data, buffers }) => comm.send({ got: data, bytes: buffers.length });
       comm.onClose = () => heard.push('closed');
     });`,
  );
  await exchange('comm_open', { comm_id: 'one', target_name: 'echo', data: { hello: 1 } });
  expect((await ask('comm_info_request', { target_name: 'echo' })).comms).toEqual({ one: { target_name: 'echo' } });
  const talked = await exchange('comm_msg', { comm_id: 'one', data: { n: 2 } });
  expect(talked.find(({ header }) => header.msg_type === 'comm_msg')?.content).toEqual({
    comm_id: 'one',
    data: { got: { n: 2 }, bytes: 0 },
  });
  await exchange('comm_close', { comm_id: 'one', data: {} });
  expect((await ask('comm_info_request')).comms).toEqual({});
  expect((await kernel.run('heard')).result).toBe("[ { hello: 1 }, 'closed' ]");
});

test('VS Code asks for comm_info first and runs code silently with expressions', async () => {
  const client = new KernelClient(kernel.info);
  const comms = await client.request('comm_info_request', {});
  const info = await client.request('kernel_info_request', {});
  const silent = {
    code: '',
    silent: true,
    store_history: false,
    user_expressions: {},
    allow_stdin: false,
    stop_on_error: false,
  };
  const executed = await client.request('execute_request', silent);
  client.close();
  expect([comms, info, executed].map(({ header, content }) => [header.msg_type, content.status])).toEqual([
    ['comm_info_reply', 'ok'],
    ['kernel_info_reply', 'ok'],
    ['execute_reply', 'ok'],
  ]);
});

test('a request with wrong fields gets an error, and the kernel goes on', async () => {
  expect(await ask('execute_request', { code: 5 })).toMatchObject({ status: 'error', ename: 'InvalidRequest' });
  expect(await ask('complete_request', { cursor_pos: 'x', code: '1' })).toMatchObject({ status: 'error' });
  expect(await ask('inspect_request', {})).toMatchObject({ status: 'error' });
  expect((await kernel.run('1 + 1')).result).toBe('2');
});

test('shutdown is answered and ends the process, timers or not', async () => {
  const other = await startTestKernel();
  await other.run('setInterval(() => undefined, 1000); 1');
  const reply = await other.client.request(
    'shutdown_request',
    { restart: false },
    { channel: 'control', timeout: 5000 },
  );
  expect(reply.content).toEqual({ status: 'ok', restart: false });
  await new Promise((resolve) =>
    other.process.exitCode === null ? other.process.once('exit', resolve) : resolve(undefined),
  );
  expect(other.process.exitCode).toBe(0);
  await other.remove();
});
