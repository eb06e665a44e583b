import { randomUUID } from 'node:crypto';
import { escapeHtml } from './escapeHtml.js';
import type { MimeBundle, NotebookHost } from './notebook.js';
import { fit, type Status, type StatusLine } from './statusLine.js';

const millisecondsBetween = 100;

/** The line of a terminal as one bar below a notebook's cell, drawn at most ten times a second; what is printed goes above it. */
export function notebookLine(host: NotebookHost): StatusLine {
  let displayId: string | undefined;
  let drawn = Number.NEGATIVE_INFINITY;
  let latest: Status | undefined;
  let timer: NodeJS.Timeout | undefined;
  const draw = (bundle: MimeBundle) => {
    const update = displayId !== undefined;
    displayId ??= `progress-${randomUUID()}`;
    host.display(bundle, { displayId, update });
    drawn = performance.now();
  };
  const drawLatest = () => {
    clearTimeout(timer);
    timer = undefined;
    if (latest !== undefined) draw(bundleOf(latest));
    latest = undefined;
  };
  return {
    get isDue() {
      return performance.now() - drawn >= millisecondsBetween;
    },
    show(status) {
      latest = status;
      if (this.isDue) drawLatest();
      // What stays the same for long, such as "evaluating", is to be seen too.
      else timer ??= setTimeout(drawLatest, millisecondsBetween).unref();
    },
    print(text) {
      process.stdout.write(`${text}\n`);
    },
    /** An empty picture in its place: a cell's output has no way to take one back. */
    clear() {
      clearTimeout(timer);
      latest = timer = undefined;
      if (displayId !== undefined) draw({ 'text/plain': '', 'text/html': '' });
      displayId = undefined;
    },
  };
}

function bundleOf(status: Status): MimeBundle {
  const { head, parts, value, total } = status;
  const count = total > 0 ? [`${value}/${total}`] : [];
  const bar = total > 0 ? ` <progress value="${value}" max="${total}"></progress> ` : ' ';
  return {
    'text/plain': fit(status, 100),
    'text/html': `<div>${escapeHtml(head)}${bar}${escapeHtml([...count, ...parts].join('  ·  '))}</div>`,
  };
}
