import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { configureEngine, endProfiling, engineSettings } from '../../backend/index.js';
import { newTable, writeFileAtomic } from '../../utils/index.js';
import type { Callback } from '../callbacks.js';

const eventSchema = z.looseObject({
  cat: z.string(),
  name: z.string(),
  ts: z.number(),
  dur: z.number(),
  args: z.looseObject({ op_name: z.string().optional() }).optional(),
});

export interface OperatorTime {
  operator: string;
  calls: number;
  milliseconds: number;
}

/**
 * Profiles the first steps with ONNX Runtime: prints the operators by time, and writes profile/operators.txt and profile/trace.json (for chrome://tracing
 * or ui.perfetto.dev) into the run's folder. Profiling costs time itself: it is off after `steps` steps.
 */
export function profiler({ steps = 20, top = 15 }: { steps?: number; top?: number } = {}): Callback {
  let first = 0;
  let before: string | undefined;
  let folder: string | undefined;
  const stop = () => {
    if (folder === undefined) return;
    configureEngine({ profile: before });
    endProfiling();
  };
  return {
    name: 'profiler',
    optional: true,
    async start(run) {
      first = run.step;
      before = engineSettings().profile;
      folder = join(run.folder, 'profile');
      await mkdir(folder, { recursive: true });
      configureEngine({ profile: join(folder, 'part') });
    },
    async step(run) {
      if (folder === undefined || run.step - first < steps) return;
      stop();
      const { times, events } = await collect(folder);
      await writeFileAtomic(join(folder, 'trace.json'), JSON.stringify(events));
      const text = tableOf(times, run.step - first, top);
      await writeFileAtomic(join(folder, 'operators.txt'), `${text}\n`);
      run.log(`${text}\nWhole trace: ${join(folder, 'trace.json')} (chrome://tracing, ui.perfetto.dev)`);
      folder = undefined;
    },
    close() {
      stop();
      folder = undefined;
    },
  };
}

/** Reads the sessions' traces, takes them away and adds them up. */
async function collect(folder: string): Promise<{ times: OperatorTime[]; events: unknown[] }> {
  const times = new Map<string, OperatorTime>();
  const events: unknown[] = [];
  const names = (await readdir(folder)).filter((name) => name.startsWith('part')).sort();
  for (const [session, name] of names.entries()) {
    const parsed: unknown = JSON.parse(await readFile(join(folder, name), 'utf8'));
    for (const entry of Array.isArray(parsed) ? parsed : []) {
      const event = eventSchema.safeParse(entry);
      if (!event.success) continue;
      events.push({ ...event.data, pid: session });
      const operator = event.data.args?.op_name;
      if (event.data.cat !== 'Node' || operator === undefined || !event.data.name.endsWith('kernel_time')) continue;
      const known = times.get(operator) ?? { operator, calls: 0, milliseconds: 0 };
      known.calls++;
      known.milliseconds += event.data.dur / 1000;
      times.set(operator, known);
    }
    await rm(join(folder, name));
  }
  return { times: [...times.values()].sort((a, b) => b.milliseconds - a.milliseconds), events };
}

function tableOf(times: readonly OperatorTime[], steps: number, top: number): string {
  const total = times.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const table = newTable({
    head: ['operator', 'ms', 'share', 'calls', 'µs a call'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { operator, calls, milliseconds } of times.slice(0, top))
    table.push([
      operator,
      milliseconds.toFixed(1),
      `${((100 * milliseconds) / total).toFixed(1)} %`,
      calls,
      ((1000 * milliseconds) / calls).toFixed(1),
    ]);
  return `Operators by time, ${steps} steps and what was compiled for them (${total.toFixed(0)} ms):\n${table.toString()}`;
}
