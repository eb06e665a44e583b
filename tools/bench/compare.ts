import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from 'common/utils';
import { type Line, type MeasureOptions, median } from './measure.js';

/** The command that measures one of our cases in a process of its own: one case's memory and threads do not touch the next. */
export function ownCommand(name: string, { steps, warmup, threads, details }: MeasureOptions): string {
  const flags = [`--steps ${steps}`, `--warmup ${warmup}`];
  if (threads !== undefined) flags.push(`--threads ${threads}`);
  if (details) flags.push('--details');
  return `${process.execPath} --import tsx ${process.argv[1]} ${name} ${flags.join(' ')}`;
}

/** Runs a command and reads its JSON lines; throws where it fails. `quiet` keeps its error output for that message. */
export function linesOf(command: string, quiet = false): Line[] {
  const stdio: ['ignore', 'pipe', 'pipe' | 'inherit'] = ['ignore', 'pipe', quiet ? 'pipe' : 'inherit'];
  const result = spawnSync(command, { shell: true, encoding: 'utf8', stdio });
  if (result.status !== 0) {
    const said = result.stderr?.split('\n').findLast((line) => /error/i.test(line));
    throw new UsageError(said ?? `the command failed with exit code ${result.status ?? result.signal}: ${command}`);
  }
  return result.stdout.split('\n').flatMap((text) => (text.startsWith('{') ? [JSON.parse(text) as Line] : []));
}

/** Runs a peer under GNU time where that is installed, for the peak memory of peers that do not print their own. */
function peerLine(command: string): Line | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
  const file = join(folder, 'memory');
  try {
    const timed = existsSync('/usr/bin/time') ? `/usr/bin/time -f %M -o ${file} ${command}` : command;
    const line = linesOf(timed, true)[0];
    if (line === undefined || line.rss_mb !== undefined || !existsSync(file)) return line;
    return { ...line, rss_mb: Math.round(Number(readFileSync(file, 'utf8').trim().split('\n').at(-1)) / 1024) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Turn {
  own: Line;
  peer: Line;
}

const round = (value: number, digits = 3) => Number(value.toFixed(digits));
const geometricMean = (values: readonly number[]) =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

function ratioOfCpu(turns: readonly Turn[]): number | undefined {
  const ratios = turns.flatMap(({ own, peer }) => (own.cpu_ms && peer.cpu_ms ? [own.cpu_ms / peer.cpu_ms] : []));
  return ratios.length === 0 ? undefined : round(median(ratios));
}

function summary(turns: readonly Turn[]) {
  const [own, peer] = [turns.map((turn) => turn.own), turns.map((turn) => turn.peer)];
  const best = (lines: readonly Line[]) => Math.min(...lines.map(({ ms }) => ms));
  return {
    case: own[0]?.case ?? '',
    peer: peer[0]?.engine ?? '',
    ratio: round(median(turns.map((turn) => turn.own.ms / turn.peer.ms))),
    // Of the quickest rounds: what is left when neither was disturbed.
    ratio_of_best: round(best(own) / best(peer)),
    // Of processor time, where both print it: other work on the machine hardly changes it.
    ratio_of_cpu: ratioOfCpu(turns),
    own_ms: round(median(own.map(({ ms }) => ms)), 2),
    peer_ms: round(median(peer.map(({ ms }) => ms)), 2),
    own_rss_mb: own[0]?.rss_mb,
    peer_rss_mb: peer[0]?.rss_mb,
  };
}

/**
 * Runs ours and each peer in turns, case by case, and prints every line, the ratios (ours over the peer's) and their geometric mean. Machines
 * slow down and speed up by themselves: only runs beside each other compare. The order turns round with each round.
 *
 * @param peers commands that are given a case's name. One that fails at a case is said to have none.
 */
export function compare(
  names: readonly string[],
  { peers, rounds, ...options }: MeasureOptions & { peers: readonly string[]; rounds: number },
): void {
  const results = peers.map((): ReturnType<typeof summary>[] => []);
  for (const name of names) {
    const turns = peers.map((): Turn[] => []);
    const absent = new Set<number>();
    for (let turn = 0; turn < rounds; turn++) {
      const order = [-1, ...peers.keys()];
      if (turn % 2 === 1) order.reverse();
      const found = new Map<number, Line>();
      for (const i of order) {
        if (absent.has(i)) continue;
        const peer = peers[i];
        let line: Line | undefined;
        let why: string | undefined;
        try {
          line =
            peer === undefined
              ? linesOf(ownCommand(name, { ...options, details: true }))[0]
              : peerLine(`${peer} ${name}`);
        } catch (error) {
          if (peer === undefined || !(error instanceof UsageError)) throw error;
          why = error.message;
        }
        if (line === undefined) {
          absent.add(i);
          console.log(JSON.stringify({ case: name, peer, absent: why ?? 'it printed no line' }));
          continue;
        }
        console.log(JSON.stringify(line));
        found.set(i, line);
      }
      const own = found.get(-1);
      for (const i of peers.keys()) {
        const peer = found.get(i);
        if (own !== undefined && peer !== undefined) turns[i]?.push({ own, peer });
      }
    }
    for (const [i, pairs] of turns.entries()) {
      if (pairs.length === 0) continue;
      const line = summary(pairs);
      results[i]?.push(line);
      console.log(JSON.stringify(line));
    }
  }
  for (const [i, lines] of results.entries()) {
    if (lines.length === 0) throw new UsageError(`the peer answered no case: ${peers[i]}`);
    printTable(lines);
  }
}

function printTable(lines: readonly ReturnType<typeof summary>[]): void {
  const columns = ['case', 'ours ms', 'peer ms', 'ratio', 'of best', 'of cpu', 'ours MB', 'peer MB'];
  const rows = lines.map((line) => [
    line.case,
    ...[line.own_ms, line.peer_ms].map((ms) => ms.toFixed(2)),
    ...[line.ratio, line.ratio_of_best, line.ratio_of_cpu].map((ratio) => ratio?.toFixed(3) ?? '–'),
    ...[line.own_rss_mb, line.peer_rss_mb].map((mb) => (mb === undefined ? '–' : String(mb))),
  ]);
  const means = (['ratio', 'ratio_of_best', 'ratio_of_cpu'] as const).map((key) => {
    const known = lines.flatMap((line) => line[key] ?? []);
    return known.length === 0 ? '–' : geometricMean(known).toFixed(3);
  });
  rows.push(['geometric mean', '', '', ...means, '', '']);
  console.log(`\nours against ${lines[0]?.peer}`);
  console.log(textTable([columns, ...rows]));
}

/** Rows as text, the first column to the left and numbers to the right. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
    )
    .join('\n');
}
