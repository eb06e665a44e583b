import { duration, notebook, notebookLine, statusLine } from '../../utils/index.js';
import type { Callback } from '../callbacks.js';
import type { Run } from '../run.js';
import { totalSteps } from '../schedule.js';
import type { Row } from '../state.js';

/** One line kept up to date in a terminal, a bar in a notebook; elsewhere (a file, CI) plain lines, at most one every ten seconds within an epoch. */
export function progress(stream: NodeJS.WriteStream = process.stderr): Callback {
  const host = notebook();
  const line = host !== undefined ? notebookLine(host) : stream.isTTY ? statusLine(stream) : undefined;
  let spoken = Number.NEGATIVE_INFINITY;
  let latest: Row = {};
  // The rate leaves out the first step, which compiles, and the time between epochs.
  let since: { epoch: number; step: number; time: number } | undefined;
  let measured = { steps: 0, seconds: 0 };

  const elapsed = (run: Run) =>
    since === undefined
      ? measured
      : {
          steps: measured.steps + run.step - since.step,
          seconds: measured.seconds + (performance.now() - since.time) / 1000,
        };
  const partsOf = (run: Run): string[] => {
    const { steps, seconds } = elapsed(run);
    const metrics = Object.entries(latest).map(([name, value]) => `${name} ${short(value)}`);
    if (steps === 0) return metrics;
    const rate = steps / seconds;
    const remaining = totalSteps(run) - run.step;
    return [
      `${rate.toPrecision(3)} steps/s`,
      `${duration(remaining / rate).padStart(line === undefined ? 0 : 5)} left`,
      ...metrics,
    ];
  };
  const head = (run: Run) => `epoch ${run.epoch + 1}/${run.epochsTotal}`;
  const show = (run: Run, parts: string[]) =>
    line?.show({ head: head(run), parts, value: run.batch, total: run.stepsPerEpoch });
  const say = (text: string) => line?.show({ head: text, parts: [], value: 0, total: 0 });

  return {
    name: 'progress',
    start(run) {
      if (run.epoch < run.epochsTotal) show(run, ['preparing the first step']);
    },
    step(run, values) {
      latest = values;
      if (since?.epoch !== run.epoch) since = { epoch: run.epoch, step: run.step, time: performance.now() };
      if (line !== undefined) return line.isDue ? show(run, partsOf(run)) : undefined;
      if (performance.now() - spoken < 10_000) return;
      spoken = performance.now();
      stream.write(`${[head(run), `step ${run.batch}/${run.stepsPerEpoch}`, ...partsOf(run)].join(' · ')}\n`);
    },
    batchesEnd(run) {
      measured = elapsed(run);
      since = undefined;
      show(run, ['evaluating']);
    },
    epochEnd(run, row) {
      const width = String(run.epochsTotal).length;
      const name = `epoch ${String(row.epoch).padStart(width)}/${run.epochsTotal}`;
      const text = [name, ...grouped(row)].join(line === undefined ? ' · ' : '  ');
      if (line === undefined) stream.write(`${text}${run.improved ? ' · best so far' : ''}\n`);
      else line.print(`${text}${run.improved ? best(text, stream.columns) : ''}`);
      if (run.epoch === run.epochsTotal) say('testing the best weights');
    },
    log(text) {
      if (line === undefined) return false;
      line.print(text);
      return true;
    },
    end() {
      say('drawing plots, writing model.onnx');
    },
    close() {
      line?.clear();
    },
  };
}

/** `train loss 2.142 accuracy 0.213`, then `val …`: the prefix once. */
function grouped(row: Row): string[] {
  const groups = new Map<string, string[]>();
  for (const [name, value] of Object.entries(row)) {
    if (name === 'epoch' || name === 'step' || name === 'lr') continue;
    const [, group = '', metric = name] = /^(train|val)_(.*)$/.exec(name) ?? [];
    groups.set(group, [...(groups.get(group) ?? [group].filter(Boolean)), `${metric} ${short(value)}`]);
  }
  return [...groups.values()].map((words) => words.join(' '));
}

/** Marks the best epoch so far, in a word where the terminal has room for it. */
function best(text: string, columns = 80): string {
  return text.length + '  best so far'.length < columns ? '  best so far' : ' *';
}

/** Four digits: 0.9960, 2.142, 31.27. */
function short(value: number): string {
  return Math.abs(value) < 1 ? value.toFixed(4) : value.toPrecision(4);
}
