import { SingleBar } from 'cli-progress';
import type { Callback } from '../callbacks.js';
import type { Run } from '../run.js';
import type { Row } from '../state.js';

const format = 'epoch {epoch}/{epochs} {bar} {value}/{total} · {rate} steps/s · {left} left{metrics}';

/** A bar in a terminal; elsewhere (a file, CI) plain lines, at most one every ten seconds within an epoch. */
export function progress(stream: NodeJS.WriteStream = process.stderr): Callback {
  let bar: SingleBar | undefined;
  let epochShown = -1;
  let spoken = Number.NEGATIVE_INFINITY;
  // The rate leaves out the first step, which compiles, and the time between epochs.
  let since = { step: 0, time: 0, before: 0 };
  let measured = { steps: 0, seconds: 0 };

  const payload = (run: Run, values: Row) => {
    const seconds = measured.seconds + (performance.now() - since.time) / 1000;
    const steps = measured.steps + run.step - since.step;
    const rate = steps > 0 ? steps / seconds : 0;
    const remaining = (run.epochsTotal - run.epoch) * run.stepsPerEpoch - run.batch;
    return {
      epoch: run.epoch + 1,
      epochs: run.epochsTotal,
      rate: rate === 0 ? '–' : rate.toPrecision(3),
      left: rate === 0 ? '–' : duration(remaining / rate),
      metrics: Object.entries(values)
        .map(([name, value]) => ` · ${name} ${short(value)}`)
        .join(''),
    };
  };

  return {
    name: 'progress',
    step(run, values) {
      if (epochShown !== run.epoch) {
        epochShown = run.epoch;
        since = { step: run.step, time: performance.now(), before: run.batch };
        if (stream.isTTY) {
          bar = new SingleBar({
            format,
            stream,
            hideCursor: true,
            barsize: 24,
            clearOnComplete: true,
            fps: 8,
            gracefulExit: false,
          });
          bar.start(run.stepsPerEpoch, run.batch, payload(run, values));
        }
      }
      if (bar !== undefined) return bar.update(run.batch, payload(run, values));
      if (performance.now() - spoken < 10_000) return;
      spoken = performance.now();
      const { epoch, epochs, rate, left, metrics } = payload(run, values);
      stream.write(
        `epoch ${epoch}/${epochs} · step ${run.batch}/${run.stepsPerEpoch} · ${rate} steps/s · ${left} left${metrics}\n`,
      );
    },
    batchesEnd(run) {
      if (epochShown !== run.epoch) return;
      measured = {
        steps: measured.steps + run.step - since.step,
        seconds: measured.seconds + (performance.now() - since.time) / 1000,
      };
      bar?.stop();
      bar = undefined;
    },
    epochEnd(run, row) {
      const { epoch, step: _step, lr: _lr, ...metrics } = row;
      const text = Object.entries(metrics)
        .map(([name, value]) => ` · ${name} ${short(value)}`)
        .join('');
      stream.write(`epoch ${epoch}/${run.epochsTotal} done${text}${run.improved ? ' · best so far' : ''}\n`);
    },
    close() {
      bar?.stop();
      bar = undefined;
    },
  };
}

/** Four digits; shares below 1 keep four decimals. */
function short(value: number): string {
  return Math.abs(value) < 10 ? value.toFixed(4) : value.toPrecision(5);
}

/** 75 → `1m15s`. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m${String(s % 60).padStart(2, '0')}s`;
  return `${Math.floor(s / 3600)}h${String(Math.floor((s % 3600) / 60)).padStart(2, '0')}m`;
}
