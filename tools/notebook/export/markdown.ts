import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import katex from 'katex';
import { Marked } from 'marked';
import type { MimeData } from '../format/index.js';
import { highlight } from './highlight.js';

/** Markdown as HTML, not yet sanitised: GitHub's dialect, code highlighted, `$…$` and `$$…$$` as MathML, which browsers draw themselves. */
export function markdownHtml(
  source: string,
  attachments: Readonly<Record<string, MimeData>> = {},
  folder?: string,
): string {
  const marked = new Marked({
    gfm: true,
    renderer: {
      code: ({ text, lang }) => `<pre class="code"><code>${highlight(text, lang ?? '')}</code></pre>\n`,
    },
    walkTokens(token) {
      if (token.type === 'image') token.href = embedded(token.href, attachments, folder) ?? token.href;
    },
    extensions: [
      {
        name: 'blockMath',
        level: 'block',
        start: (text) => text.indexOf('$$'),
        tokenizer(text) {
          const match = /^\$\$([\s\S]+?)\$\$(?:\n|$)/.exec(text);
          return match ? { type: 'blockMath', raw: match[0], text: match[1] ?? '' } : undefined;
        },
        renderer: ({ text }) => `<p>${math(String(text), true)}</p>\n`,
      },
      {
        name: 'inlineMath',
        level: 'inline',
        start: (text) => text.indexOf('$'),
        tokenizer(text) {
          const block = /^\$\$([^$]+)\$\$/.exec(text);
          if (block) return { type: 'inlineMath', raw: block[0], text: block[1] ?? '' };
          // Jupyter's rule: no blank inside next to the signs, no digit after (prices are no formula).
          const match = /^\$(?!\s)((?:[^$\\\n]|\\[\s\S])+?)(?<!\s)\$(?!\d)/.exec(text);
          return match ? { type: 'inlineMath', raw: match[0], text: match[1] ?? '' } : undefined;
        },
        renderer: ({ text }) => math(String(text), false),
      },
    ],
  });
  return marked.parse(source, { async: false });
}

/** A picture of the cell's attachments, or of a file (a path relative to the notebook), as a data URL. */
function embedded(
  href: string,
  attachments: Readonly<Record<string, MimeData>>,
  folder: string | undefined,
): string | undefined {
  if (href.startsWith('attachment:')) {
    const [picture] = Object.entries(attachments[decodeURIComponent(href.slice(11))] ?? {});
    return picture && `data:${picture[0]};base64,${String(picture[1]).replaceAll('\n', '')}`;
  }
  const type = pictureTypes[extname(href).toLowerCase()];
  if (folder === undefined || type === undefined || /^[a-z][a-z0-9+.-]*:|^\//i.test(href)) return undefined;
  const path = join(folder, decodeURIComponent(href));
  return existsSync(path) ? `data:${type};base64,${readFileSync(path, 'base64')}` : undefined;
}

const pictureTypes: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
};

export function math(source: string, displayMode: boolean): string {
  return katex.renderToString(source, { displayMode, output: 'mathml', throwOnError: false });
}
