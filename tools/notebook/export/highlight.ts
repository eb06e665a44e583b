import { escapeHtml } from 'common/utils';
import hljs from 'highlight.js/lib/common';

/** Code as HTML with highlight.js's classes; plain where the language is not known. */
export function highlight(code: string, language: string): string {
  return hljs.getLanguage(language) ? hljs.highlight(code, { language }).value : escapeHtml(code);
}
