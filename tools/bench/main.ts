import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { configureEngine, engineStats } from 'common/backend';
import { didYouMean, UsageError } from 'common/utils';
import { cases, prepare } from './cases.js';

// Median time of one whole training step. One JSON line a case; with --peer also the peer's lines and the ratio, run in turns.

interface Line {
  case: string;
  engine: string;
  threads: number;
  ms: number;
  parameters: number;
}

interface Options {
  steps: number;
  warmup: number;
  threads?: number;
  peer?: string;
  rounds: number;
  graph?: boolean;
  profile?: string;
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};

function measure(name: string, { steps, warmup, threads, graph, profile }: Options): void {
  const found = cases[name];
  if (found === undefined)
    throw new UsageError(
      `There is no case "${name}".${didYouMean(name, Object.keys(cases))} There are: ${Object.keys(cases).join(', ')}.`,
    );
  if (threads !== undefined) configureEngine({ threads });
  if (profile !== undefined) configureEngine({ profile });
  const { step, parameters, graphs } = prepare(found);
  const started = performance.now();
  step();
  const first = performance.now() - started;
  const losses: number[] = [];
  for (let i = 1; i < warmup; i++) losses.push(step());
  const compiled = engineStats().compiles;
  const before = engineStats();
  const times: number[] = [];
  for (let i = 0; i < steps; i++) {
    const start = performance.now();
    losses.push(step());
    times.push(performance.now() - start);
  }
  const after = engineStats();
  if (after.compiles !== compiled)
    throw new Error(`${name}: ${after.compiles - compiled} graphs were compiled after the first steps`);
  const line = {
    case: name,
    engine: 'atelier',
    threads: threads ?? (Number(process.env.ATELIER_THREADS) || availableParallelism()),
    ms: Number(median(times).toFixed(2)),
    parameters,
    first_ms: Math.round(first),
    js_ms: Number((median(times) - (after.runMs - before.runMs) / steps).toFixed(2)),
    rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    loss: Number((losses.at(-1) ?? Number.NaN).toFixed(4)),
  };
  console.log(JSON.stringify(line));
  if (graph) console.log(graphs().join('\n'));
}

/** Runs a command and reads its JSON lines. */
function lines(command: string): Line[] {
  const result = spawnSync(command, { shell: true, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (result.status !== 0)
    throw new UsageError(`the peer's command failed with exit code ${result.status}: ${command}`);
  return result.stdout.split('\n').flatMap((text) => (text.startsWith('{') ? [JSON.parse(text) as Line] : []));
}

function compare(names: readonly string[], options: Options & { peer: string }): void {
  const logs: number[] = [];
  for (const name of names) {
    const pairs: [number, number][] = [];
    for (let round = 0; round < options.rounds; round++) {
      const own = lines(`${process.execPath} --import tsx ${process.argv[1]} ${name} --steps ${options.steps}`)[0];
      const peer = lines(`${options.peer} ${name}`)[0];
      if (own === undefined || peer === undefined) throw new UsageError(`no JSON line for the case ${name}`);
      console.log(JSON.stringify(own));
      console.log(JSON.stringify(peer));
      pairs.push([own.ms, peer.ms]);
    }
    const ratio = median(pairs.map(([own, peer]) => own / peer));
    logs.push(Math.log(ratio));
    console.log(JSON.stringify({ case: name, ratio: Number(ratio.toFixed(3)), rounds: options.rounds }));
  }
  const mean = Math.exp(logs.reduce((sum, value) => sum + value, 0) / logs.length);
  console.log(JSON.stringify({ geometric_mean: Number(mean.toFixed(3)) }));
}

const program = new Command('bench')
  .description('Times whole training steps: forward, backward, Adam. One JSON line a case.')
  .argument('[case...]', `cases: ${Object.keys(cases).join(', ')} (default: all)`)
  .option('--steps <n>', 'counted steps', Number, 15)
  .option('--warmup <n>', 'steps before, not counted', Number, 3)
  .option('--threads <n>', 'threads of one operator (default: the cores)', Number)
  .option(
    '--peer <command>',
    "another program's command, which is given the case's name and prints the same lines: run in turns, with ratios",
  )
  .option('--rounds <n>', 'with --peer: how often the two take turns', Number, 3)
  .option('--graph', 'print the optimised graph')
  .option('--profile <prefix>', "write ONNX Runtime's Chrome trace")
  .action((names: string[], options: Options) => {
    const chosen = names.length > 0 ? names : Object.keys(cases);
    if (options.peer !== undefined) compare(chosen, { ...options, peer: options.peer });
    else if (chosen.length === 1) measure(chosen[0] ?? '', options);
    // A process a case: one case's memory and threads do not touch the next.
    else
      for (const name of chosen)
        for (const line of lines(
          `${process.execPath} --import tsx ${process.argv[1]} ${name} --steps ${options.steps}`,
        ))
          console.log(JSON.stringify(line));
  });

try {
  program.parse();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
