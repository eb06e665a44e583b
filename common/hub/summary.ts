import { countOf, formatBytes, formatSeconds } from '../utils/index.js';
import type { DownloadResult } from './download.js';

/** What a download did, in a line or two for a person. */
export function formatDownloadSummary(result: DownloadResult): string {
  const { kind, id, revision, dir, files, bytes, received, seconds, offline } = result;
  const where = `${countOf(files.length, 'file')}, ${formatBytes(bytes)} in ${dir}`;
  const resumed = files.filter(({ state }) => state === 'resumed').length;
  const how =
    received === 0
      ? `all of it was there already${offline ? ' (the Hub was not asked)' : ''}`
      : `${formatBytes(received)} downloaded in ${formatSeconds(seconds)}${resumed > 0 ? `, ${countOf(resumed, 'file')} resumed` : ''}, every file verified`;
  return `${kind} ${id} at ${revision.slice(0, 12)}: ${where}\n${how}`;
}
