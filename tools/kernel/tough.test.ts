import { existsSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { languageProcesses } from './testing/processes.js';
import { startTestKernel, type TestKernel } from './testing/testKernel.js';

// What cells do to kernels: after each of them the next cell runs.
let kernel: TestKernel;

beforeAll(async () => {
  kernel = await startTestKernel({ env: { NODE_OPTIONS: '--max-old-space-size=300' } });
  await kernel.run('let kept = 1;');
});
afterAll(() => kernel?.remove());
afterEach(async () => {
  expect((await kernel.run('40 + 2')).result).toBe('42');
  expect(kernel.violations).toEqual([]);
});

/** Interrupts a cell once it runs, or once it has printed `signal`. */
async function interrupted(code: string, signal?: string) {
  const running = new Promise<void>((resolve) => {
    const stop = kernel.client.onMessage(({ header, content }) => {
      const hasBegun = signal === undefined ? header.msg_type === 'execute_input' : content.text === signal;
      if (!hasBegun) return;
      stop();
      resolve();
    });
  });
  const cell = kernel.run(code);
  await running;
  await new Promise((resolve) => setTimeout(resolve, signal === undefined ? 300 : 50));
  const start = performance.now();
  await kernel.interrupt();
  const ended = await cell;
  return { ...ended, milliseconds: performance.now() - start };
}

const endless: Record<string, string> = {
  'a loop': "console.log('go'); while (true);",
  'a loop after an await': "await null; console.log('go'); while (true);",
  'a loop in a timer': "setTimeout(() => { console.log('go'); while (true); }, 1); await new Promise(() => undefined);",
  'a loop after reading a file':
    "import { readFile } from 'node:fs/promises'; await readFile('.').catch(() => 0); console.log('go'); while (true);",
  'a loop that catches everything': "console.log('go'); while (true) { try { while (true); } catch {} }",
  'a promise that never settles': "console.log('go'); await new Promise(() => undefined);",
  'a chain of timers': "console.log('go'); while (true) await new Promise((resolve) => setTimeout(resolve, 1));",
  'a chain of microtasks': "console.log('go'); while (true) await null;",
};

for (const [name, code] of Object.entries(endless))
  test(`an interrupt stops ${name} and leaves the variables`, async () => {
    expect((await kernel.run('kept = 7; kept')).result).toBe('7');
    const cell = await interrupted(code, 'go\n');
    expect([cell.status, cell.error?.ename]).toEqual(['error', 'KeyboardInterrupt']);
    expect((await kernel.run('kept')).result).toBe('7');
  });

test('a garbage collection finds neither a cell that waits for ever nor one that was stopped', async () => {
  await kernel.run(
    `require('node:v8').setFlagsFromString('--expose-gc');
     const collect: () => void = require('node:vm').runInNewContext('gc');`,
  );
  const cell = await interrupted(
    `setTimeout(() => { collect(); setTimeout(() => { collect(); console.log('go'); }, 50); }, 50);
     await new Promise(() => undefined);`,
    'go\n',
  );
  expect(cell.error?.ename).toBe('KeyboardInterrupt');
  expect((await kernel.run('await null; collect(); kept')).status).toBe('ok');
});

test('an interrupt ends the waiting for input', async () => {
  const cell = kernel.run("prompt('?')", { onInput: () => new Promise(() => undefined) });
  await new Promise<void>((resolve) => {
    const stop = kernel.client.onMessage(({ header }) => {
      if (header.msg_type !== 'input_request') return;
      stop();
      resolve();
    });
  });
  await kernel.interrupt();
  expect((await cell).error?.ename).toBe('KeyboardInterrupt');
});

test('an interrupt while nothing runs does nothing', async () => {
  await kernel.interrupt();
  expect((await kernel.run('kept')).status).toBe('ok');
});

test('while a cell loops, completion, history and information are answered', async () => {
  const cell = interrupted("console.log('go'); while (true);", 'go\n');
  const info = await kernel.client.request('kernel_info_request', {}, { timeout: 10_000 });
  const completed = await kernel.client.request(
    'complete_request',
    { code: 'kep', cursor_pos: 3 },
    { timeout: 10_000 },
  );
  const history = await kernel.client.request(
    'history_request',
    { hist_access_type: 'tail', n: 1 },
    { timeout: 10_000 },
  );
  expect(info.content.status).toBe('ok');
  expect(completed.content.matches).toEqual(['kept']);
  expect(history.content.status).toBe('ok');
  expect((await cell).status).toBe('error');
});

test('20 MB of output arrive whole and in order, and neither process grows by them', async () => {
  const rss = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${kernel.process.pid}/status`, 'utf8'))?.[1]) / 1024;
  const before = existsSync('/proc') ? rss() : 0;
  const cell = await kernel.run("for (let i = 0; i < 20_000; i++) console.log(String(i).padEnd(999, '.'));");
  const lines = cell.stdout.split('\n');
  expect(lines).toHaveLength(20_001);
  expect(lines.slice(0, -1).every((line, i) => line.length === 999 && Number.parseInt(line, 10) === i)).toBe(true);
  expect(cell.messages.length).toBeLessThan(2000);
  if (before > 0) expect(rss() - before).toBeLessThan(150);
}, 120_000);

test('text of one stream, of the other and displays keep their order', async () => {
  const cell = await kernel.run(
    `for (let i = 0; i < 50; i++) {
       console.log('out', i); console.error('err', i); await Deno.jupyter.display(i);
     }`,
  );
  const seen = cell.messages.slice(1).map(({ header, content }) => content.text ?? [header.msg_type, content.data]);
  const expected = Array.from({ length: 50 }, (_, i) => [
    `out ${i}\n`,
    `err ${i}\n`,
    ['display_data', { 'text/plain': String(i) }],
  ]).flat();
  expect(seen).toEqual(expected);
});

test('child processes, worker threads and native writes are heard, between what the cell prints', async () => {
  const cell = await kernel.run(
    `import { execSync } from 'node:child_process';
     import { writeSync } from 'node:fs';
     import { Worker } from 'node:worker_threads';
     console.log('1 cell');
     execSync('echo 2 child; echo 2 child >&2', { stdio: 'inherit' });
     await Deno.jupyter.display('3 shown');
     writeSync(1, '4 native\\n');
     console.log('5 cell');
     await new Promise((resolve) => new Worker("console.log('6 worker')", { eval: true }).on('exit', resolve));
     await new Promise((resolve) => setTimeout(resolve, 100)); undefined`,
  );
  expect(cell.stdout).toBe('1 cell\n2 child\n4 native\n5 cell\n6 worker\n');
  expect(cell.stderr).toBe('2 child\n');
  const stdout = cell.messages.filter(({ content }) => content.name === 'stdout' || content.data);
  const shown = stdout.map(({ content }) => content.text ?? 'shown').join('');
  expect(shown).toBe('1 cell\n2 child\nshown4 native\n5 cell\n6 worker\n');
});

test('text that is cut in the middle of a character is put together again', async () => {
  const cell = await kernel.run(
    `const bytes = Buffer.from('größer 👩‍🔬');
     for (const byte of bytes) process.stdout.write(Buffer.from([byte]));`,
  );
  expect(cell.stdout).toBe('größer 👩‍🔬');
});

test('whatever is thrown becomes one error message', async () => {
  const thrown = {
    null: 'null',
    undefined: 'undefined',
    "'text'": "'text'",
    '{ a: 1 }': '{ a: 1 }',
    '10n': '10n',
    'Symbol("s")': 'Symbol(s)',
    'new Proxy({}, { get() { throw 1; } })': '{}',
    'Object.create(null)': '[Object: null prototype] {}',
  };
  for (const [code, evalue] of Object.entries(thrown)) {
    const cell = await kernel.run(`throw ${code};`);
    expect([cell.types, cell.error?.evalue], code).toEqual([['error'], evalue]);
  }
});

test('a late error and a late rejection are told on stderr, and nothing is lost', async () => {
  const cell = await kernel.run(
    `setTimeout(() => { throw new Error('late'); }, 5);
     void Promise.reject(new Error('rejected'));
     await new Promise((resolve) => setTimeout(resolve, 100)); kept`,
  );
  expect(cell.stderr).toMatch(/Uncaught Error: late/);
  expect(cell.stderr).toMatch(/Uncaught \(in promise\) Error: rejected/);
  expect(cell.status).toBe('ok');
});

test("a timer's output belongs to the cell that has set it, also while another one runs", async () => {
  const seen: string[] = [];
  const ids = ['first', 'second'];
  const stop = kernel.client.onMessage(({ header, parent, content }) => {
    const cell = ids.indexOf(parent.msg_id ?? '');
    if (header.msg_type === 'stream' && cell >= 0) seen.push(`${ids[cell]}: ${content.text}`);
  });
  await kernel.run(
    `import { promisify } from 'node:util';
     setTimeout(() => console.log('once'), 500);
     const answer = new Promise((resolve) => setTimeout(resolve, 800, 'answered'));`,
    { id: 'first' },
  );
  const second = await kernel.run('await promisify(setTimeout)(10); console.log(await answer); setTimeout.name', {
    id: 'second',
  });
  stop();
  expect(seen).toEqual(['first: once\n', 'second: answered\n']);
  expect(second.result).toBe("'setTimeout'");
});

test('a class is declared again with other members', async () => {
  await kernel.run('class Thing { before = 1; }');
  expect((await kernel.run('class Thing { after = 2; }\nnew Thing().after')).result).toBe('2');
});

test('process.exit, a crash and a full memory are reported, and a new executor takes over', async () => {
  const ends: Record<string, RegExp> = {
    "import process from 'node:process'; console.log('last words'); process.exit(3);": /process\.exit\(3\)/,
    "process.kill(process.pid, 'SIGSEGV'); await new Promise(() => undefined);": /SIGSEGV/,
    'const all: number[][] = []; while (true) all.push(new Array(100_000).fill(0.5));': /memory is used up/,
  };
  for (const [code, reason] of Object.entries(ends)) {
    const cell = await kernel.run(code);
    expect([cell.status, cell.error?.ename]).toEqual(['error', 'ExecutorEnded']);
    expect(cell.error?.evalue).toMatch(reason);
    expect(cell.stderr).toMatch(/variables are lost/);
    if (code.includes('last words')) expect(cell.stdout).toBe('last words\n');
    expect((await kernel.run('typeof kept')).status, 'its types are forgotten, too').toBe('error');
    expect((await kernel.run('let kept = 2; kept')).result).toBe('2');
  }
}, 120_000);

test('the process that checks cells is killed: the next cell runs, and knows the earlier ones', async () => {
  await kernel.run('const known: [number] = [3];');
  const checkers = languageProcesses(kernel.process.pid ?? 0);
  expect(checkers.length).toBeGreaterThan(0);
  for (const pid of checkers) process.kill(pid, 'SIGKILL');
  expect((await kernel.run('known[0] + 1')).result).toBe('4');
  expect((await kernel.run('known[1]')).error?.evalue).toMatch(/has no element at index '1'/);
});

test('a cell that closes its own output is heard again after the next crash', async () => {
  const cell = await kernel.run("import { closeSync } from 'node:fs'; closeSync(1); closeSync(2); 'closed'");
  expect(cell.result).toBe("'closed'");
  await kernel.run('process.exit(0)');
  expect((await kernel.run("console.log('heard')")).stdout).toBe('heard\n');
});

test('the parent process vanishes: the kernel ends, whatever its cell does', async () => {
  const { spawn } = await import('node:child_process');
  const parent = spawn('sleep', ['60']);
  const orphan = await startTestKernel({ env: { JPY_PARENT_PID: String(parent.pid) } });
  void orphan.run('while (true);').catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const ended = new Promise((resolve) => orphan.process.once('exit', resolve));
  parent.kill();
  await ended;
  await orphan.remove();
});
