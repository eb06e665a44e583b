import { AnsiUp } from 'ansi_up';
import { escapeHtml } from 'common/utils';
import type { MimeData, Output } from '../format/index.js';
import { highlight } from './highlight.js';
import { markdownHtml, math } from './markdown.js';

export type HtmlOptions = { isTrusted: boolean; sanitize: (html: string) => string };

/** An output as HTML, by the richest form that is safe to show. */
export function outputHtml(output: Output, options: HtmlOptions): string {
  if (output.output_type === 'stream') return pre(output.text, output.name === 'stderr' ? 'stderr' : 'stdout');
  if (output.output_type === 'error') {
    return pre(
      output.traceback.length > 0 ? output.traceback.join('\n') : `${output.ename}: ${output.evalue}`,
      'error',
    );
  }
  return dataHtml(output.data, options);
}

function pre(text: string, kind: string): string {
  const ansi = new AnsiUp();
  ansi.use_classes = true;
  return `<pre class="${kind}">${ansi.ansi_to_html(text)}</pre>`;
}

const hasScript = (html: string): boolean => /<(script|iframe)\b/i.test(html);

function dataHtml(data: MimeData, { isTrusted, sanitize }: HtmlOptions): string {
  const text = (type: string): string | undefined => {
    const value = data[type];
    return typeof value === 'string' ? value : undefined;
  };
  const html = text('text/html');
  if (html !== undefined && hasScript(html)) {
    // Its own origin: it may draw, and reach nothing of the page.
    if (isTrusted) return `<iframe sandbox="allow-scripts" srcdoc="${escapeHtml(framePage(html))}"></iframe>`;
    const picture = pictureHtml(text, sanitize);
    if (picture !== undefined) return picture;
  }
  if (html !== undefined) {
    const clean = sanitize(html);
    if (clean.trim() !== '') return `<div class="html">${clean}</div>`;
  }
  const picture = pictureHtml(text, sanitize);
  if (picture !== undefined) return picture;
  const markdown = text('text/markdown');
  if (markdown !== undefined) return `<div class="html">${sanitize(markdownHtml(markdown))}</div>`;
  const latex = text('text/latex');
  if (latex !== undefined) return sanitize(math(latex.trim().replace(/^\$+|\$+$/g, ''), true));
  if (data['application/json'] !== undefined && text('text/plain') === undefined)
    return `<pre class="result"><code>${highlight(JSON.stringify(data['application/json'], undefined, 2), 'json')}</code></pre>`;
  return pre(text('text/plain') ?? Object.keys(data).join(', '), 'result');
}

function pictureHtml(
  text: (type: string) => string | undefined,
  sanitize: (html: string) => string,
): string | undefined {
  const svg = text('image/svg+xml');
  if (svg !== undefined) return `<div class="picture">${sanitize(svg)}</div>`;
  for (const type of ['image/png', 'image/jpeg', 'image/gif', 'image/webp']) {
    const picture = text(type)?.replace(/\s/g, '');
    if (picture !== undefined && /^[A-Za-z0-9+/=]*$/.test(picture))
      return `<div class="picture"><img alt="" src="data:${type};base64,${picture}"></div>`;
  }
  return undefined;
}

/** The frame tells its height, which the page cannot look at. */
function framePage(html: string): string {
  const tell = 'parent.postMessage({ atelierHeight: document.documentElement.scrollHeight }, "*")';
  return `<!doctype html><meta charset="utf-8"><style>body{margin:0}</style>${html}<script>addEventListener('load',()=>{${tell};new ResizeObserver(()=>${tell}).observe(document.documentElement)})</script>`;
}
