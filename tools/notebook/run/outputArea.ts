import { isRecord } from 'common/utils';
import type { Message } from '../../kernel/client/index.js';
import type { MimeData, Output } from '../format/index.js';

/** The outputs of a notebook that carry a display id: an update reaches those of earlier cells as well. */
export type Displays = Map<string, Set<{ data: MimeData; metadata: Record<string, unknown> }>>;

/**
 * What a notebook shows below a cell, from the kernel's messages: text of one stream becomes one output, updates change displays in
 * place, `clear_output` empties it, with `wait` only when the next output comes.
 */
export class OutputArea {
  readonly outputs: Output[];
  readonly #displays: Displays;
  #isClearing = false;

  constructor(displays: Displays, outputs: Output[] = []) {
    this.#displays = displays;
    this.outputs = outputs;
  }

  take({ header, content }: Message): void {
    const kind = header.msg_type;
    if (kind === 'clear_output') {
      if (content.wait === true) this.#isClearing = true;
      else this.outputs.length = 0;
      return;
    }
    if (kind === 'update_display_data') {
      const { data, metadata } = bundleOf(content);
      for (const output of this.#displays.get(displayId(content) ?? '') ?? [])
        Object.assign(output, { data, metadata });
      return;
    }
    const output = outputOf(kind, content);
    if (output === undefined) return;
    if (this.#isClearing) this.outputs.length = 0;
    this.#isClearing = false;
    const last = this.outputs.at(-1);
    if (output.output_type === 'stream' && last?.output_type === 'stream' && last.name === output.name) {
      last.text += output.text;
      return;
    }
    this.outputs.push(output);
    const id = displayId(content);
    if (id === undefined || output.output_type === 'stream' || output.output_type === 'error') return;
    this.#displays.set(id, (this.#displays.get(id) ?? new Set()).add(output));
  }

  /** Carriage returns and backspaces as a terminal shows them: of a progress bar, its last state. To be called when the cell has ended. */
  settle(): void {
    for (const output of this.outputs) if (output.output_type === 'stream') output.text = overwritten(output.text);
  }
}

function overwritten(text: string): string {
  if (!/[\r\b]/.test(text)) return text;
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  return lines.map((line) => line.split('\r').reduce(overwrite, '')).join('\n');
}

/** What stands in a line after `text` is written from its start, a backspace taking back a sign: what is longer than it stays. */
function overwrite(before: string, text: string): string {
  const parts = text.split('\b');
  const written = parts.reduce((shown, part) => shown.slice(0, -1) + part);
  return written + before.slice(written.length);
}

function outputOf(kind: string, content: Record<string, unknown>): Output | undefined {
  const text = (value: unknown): string => (typeof value === 'string' ? value : String(value ?? ''));
  if (kind === 'stream') return { output_type: 'stream', name: text(content.name), text: text(content.text) };
  if (kind === 'display_data') return { output_type: 'display_data', ...bundleOf(content) };
  if (kind === 'execute_result') {
    const { execution_count: count } = content;
    const execution_count = typeof count === 'number' ? count : null;
    return { output_type: 'execute_result', ...bundleOf(content), execution_count };
  }
  if (kind !== 'error') return undefined;
  const traceback = Array.isArray(content.traceback) ? content.traceback.map(text) : [];
  return { output_type: 'error', ename: text(content.ename), evalue: text(content.evalue), traceback };
}

function bundleOf({ data, metadata }: Record<string, unknown>): { data: MimeData; metadata: Record<string, unknown> } {
  return { data: isRecord(data) ? data : {}, metadata: isRecord(metadata) ? metadata : {} };
}

function displayId({ transient }: Record<string, unknown>): string | undefined {
  return isRecord(transient) && typeof transient.display_id === 'string' ? transient.display_id : undefined;
}
