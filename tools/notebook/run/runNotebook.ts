import { randomUUID } from 'node:crypto';
import { isRecord, messageOf } from 'common/utils';
import { type Execution, type Kernel, type Message, startKernel } from '../../kernel/client/index.js';
import { type Cell, type CodeCell, kernelMetadata, type Notebook, tagsOf } from '../format/index.js';
import { type Displays, OutputArea } from './outputArea.js';

export type CellEvent = {
  index: number;
  cell: CodeCell;
  seconds: number;
  status: 'running' | 'ok' | 'error' | 'skipped';
};

export type RunOptions = {
  /** The folder of relative imports and files: the notebook's own. */
  cwd: string;
  /** Another kernel's command, with `{connection_file}`. */
  argv?: readonly string[];
  interruptMode?: 'message' | 'signal';
  env?: Record<string, string>;
  /** Seconds a cell may take. */
  timeout?: number;
  /** Go on after a cell that fails. */
  allowErrors?: boolean;
  /** Interrupts the running cell and ends the run. */
  signal?: AbortSignal;
  onCell?: (event: CellEvent) => void;
  /** Called with the notebook after each cell. */
  onProgress?: (notebook: Notebook) => Promise<void>;
};

export type Failure = {
  /** Counts code and text cells, from 0. */
  index: number;
  cell: CodeCell;
  reason: 'error' | 'timeout' | 'interrupted' | 'died';
  message: string;
  traceback: readonly string[];
};

export type RunResult = { notebook: Notebook; failures: Failure[]; seconds: number };

/** After an interrupt, ms until a cell that does not react is given up together with its kernel. */
const PATIENCE = 10_000;

/**
 * Runs all code cells in order in a fresh kernel and returns a copy of the notebook with their outputs. Ends at the first cell that
 * fails, unless it is tagged `raises-exception` or errors are allowed. Cells tagged `skip-execution` and empty ones are not run.
 */
export async function runNotebook(given: Notebook, options: RunOptions): Promise<RunResult> {
  const start = performance.now();
  const cells = given.cells.map((cell): Cell => {
    if (cell.cell_type !== 'code' || isSkipped(cell)) return cell;
    const { execution: _, ...metadata } = cell.metadata;
    return { ...cell, metadata, outputs: [], execution_count: null };
  });
  const notebook: Notebook = { ...given, cells };
  const failures: Failure[] = [];
  const { cwd, argv, env, interruptMode } = options;
  const kernel = await startKernel({ cwd, argv, env, interruptMode });
  try {
    const { language_info } = kernel.kernelInfo.content;
    notebook.metadata = { ...kernelMetadata, ...given.metadata, ...(isRecord(language_info) && { language_info }) };
    const displays: Displays = new Map();
    // What a cell prints after it has ended, by a timer perhaps, is still its output.
    const areas = new Map<string, OutputArea>();
    kernel.client.onMessage((message) => {
      if (message.channel === 'iopub') areas.get(message.parent.msg_id ?? '')?.take(message);
    });
    for (const [index, cell] of cells.entries()) {
      if (cell.cell_type !== 'code') continue;
      if (isSkipped(cell)) {
        options.onCell?.({ index, cell, seconds: 0, status: 'skipped' });
        continue;
      }
      const cellStart = performance.now();
      options.onCell?.({ index, cell, seconds: 0, status: 'running' });
      const failure = await runCell(
        kernel,
        cell,
        (id) => areas.set(id, new OutputArea(displays, cell.outputs)),
        options,
      );
      const seconds = (performance.now() - cellStart) / 1000;
      const isExpected = failure?.reason === 'error' && tagsOf(cell).includes('raises-exception');
      options.onCell?.({ index, cell, seconds, status: failure && !isExpected ? 'error' : 'ok' });
      await options.onProgress?.(notebook);
      if (!failure || isExpected) continue;
      failures.push({ ...failure, index, cell });
      if (failure.reason !== 'error' || !options.allowErrors) break;
    }
    for (const area of areas.values()) area.settle();
  } finally {
    await kernel.shutdown();
  }
  return { notebook, failures, seconds: (performance.now() - start) / 1000 };
}

export function isSkipped(cell: CodeCell): boolean {
  return cell.source.trim() === '' || tagsOf(cell).some((tag) => tag === 'skip-execution' || tag === 'nbval-skip');
}

async function runCell(
  kernel: Kernel,
  cell: CodeCell,
  listen: (id: string) => void,
  { timeout, signal }: RunOptions,
): Promise<Omit<Failure, 'index' | 'cell'> | undefined> {
  if (signal?.aborted) return { reason: 'interrupted', message: 'interrupted', traceback: [] };
  const id = randomUUID();
  listen(id);
  const timing: Record<string, string> = {};
  let stopped: 'timeout' | 'interrupted' | undefined;
  let giveUp: NodeJS.Timeout | undefined;
  const stop = (reason: 'timeout' | 'interrupted') => {
    stopped ??= reason;
    kernel.interrupt().catch(() => undefined);
    giveUp ??= setTimeout(() => kernel.process.kill('SIGKILL'), PATIENCE);
  };
  const abort = () => stop('interrupted');
  const timer = timeout === undefined ? undefined : setTimeout(stop, timeout * 1000, 'timeout');
  signal?.addEventListener('abort', abort, { once: true });
  let execution: Execution;
  try {
    const onMessage = (message: Message) => note(timing, message);
    execution = await kernel.execute(cell.source, { id, onMessage, metadata: { cellId: cell.id } });
    note(timing, execution.reply);
  } catch (error) {
    const message = stopped === 'timeout' ? `the cell did not end within ${timeout} s` : messageOf(error);
    return { reason: stopped ?? 'died', message, traceback: [] };
  } finally {
    clearTimeout(timer);
    clearTimeout(giveUp);
    signal?.removeEventListener('abort', abort);
    cell.metadata = { ...cell.metadata, execution: timing };
  }
  cell.execution_count = execution.executionCount ?? null;
  if (execution.status === 'ok') return undefined;
  const { ename, evalue, traceback } = execution.reply.content;
  return {
    reason: stopped ?? 'error',
    message:
      stopped === 'timeout'
        ? `the cell did not end within ${timeout} s`
        : execution.status === 'aborted'
          ? 'the kernel did not run the cell'
          : `${ename}: ${evalue}`,
    traceback: Array.isArray(traceback) ? traceback.map(String) : [],
  };
}

/** The times that JupyterLab records as well. */
function note(timing: Record<string, string>, { channel, header, content, metadata }: Message): void {
  const { date, msg_type: type } = header;
  if (channel === 'iopub' && type === 'execute_input') timing['iopub.execute_input'] = date;
  if (channel === 'iopub' && type === 'status') timing[`iopub.status.${content.execution_state}`] = date;
  if (channel !== 'shell') return;
  timing['shell.execute_reply'] = date;
  if (typeof metadata.started === 'string') timing['shell.execute_reply.started'] = metadata.started;
}
