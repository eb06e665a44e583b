import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { languageProcesses } from '../testing/processes.js';
import { LanguageWorker } from './languageWorker.js';

// Who answers is killed here again and again; what the notebook has declared must stay.
let worker: LanguageWorker;
let cells = 0;

beforeAll(async () => {
  worker = new LanguageWorker(process.cwd());
  await worker.ready;
  await worker.settled();
}, 120_000);
afterAll(() => worker.close());

function kill(): void {
  const pids = languageProcesses(process.pid);
  expect(pids.length).toBeGreaterThan(0);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}

const compile = (code: string) => worker.compile(code, { cell: ++cells, name: `Cell ${cells}` });

async function run(code: string): Promise<void> {
  expect((await compile(code)).ok, code).toBe(true);
  await worker.commit(cells);
}

it('knows the cells of a worker that was killed while it was idle', async () => {
  await run("import { sep } from 'node:path'; type Pair = [number, string]; let pair: Pair = [1, 'a'];");
  kill();
  await wait(200);
  await run('pair[1].toUpperCase() + sep');
  const wrong = await compile('pair[0].toUpperCase()');
  expect(wrong.ok ? [] : wrong.diagnostics.map(({ message }) => message)).toEqual([
    "Property 'toUpperCase' does not exist on type 'number'.",
  ]);
  // The import's hold on a name must end where a later cell declares it.
  const again = await compile("const sep = 'mine';");
  expect(again.ok && again.script).toContain('release(["sep"])');
}, 60_000);

it('answers what was asked when it was killed', async () => {
  const answer = compile('pair[0] + 1');
  kill();
  expect((await answer).ok).toBe(true);
}, 60_000);

it('keeps what a cell declares whose worker was killed while it ran, and forgets it at a reset', async () => {
  expect((await compile('const late = 5n;')).ok).toBe(true);
  kill();
  await worker.commit(cells);
  await run('late + 1n');
  await worker.reset();
  expect((await compile('late')).ok).toBe(false);
}, 60_000);
