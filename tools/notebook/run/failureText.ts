import { shortPath } from 'common/utils';
import type { Failure } from './runNotebook.js';

/** The failing cell with its lines numbered, and the traceback, for a terminal. */
export function failureText(file: string, { index, cell, message, traceback, reason }: Failure): string {
  const lines = cell.source.split('\n');
  const width = String(lines.length).length;
  const shown = lines.map((line, i) => `  ${String(i + 1).padStart(width)} │ ${line}`);
  const what = {
    error: 'failed',
    timeout: 'took too long',
    interrupted: 'was interrupted',
    died: "ended the kernel's process",
  };
  return [
    `${shortPath(file)}: cell ${index + 1}${cell.execution_count === null ? '' : ` (In [${cell.execution_count}])`} ${what[reason]}`,
    ...shown,
    '',
    ...(traceback.length > 0 ? traceback : [message]),
  ].join('\n');
}
