import createDOMPurify from 'dompurify';
import { JSDOM } from 'jsdom';

/** Takes out of HTML what would run or reach out: scripts, handlers, frames, forms. Made once an export, since it builds a DOM. */
export function createSanitizer(): (html: string) => string {
  const purify = createDOMPurify(new JSDOM('').window);
  return (html) =>
    purify.sanitize(html, {
      USE_PROFILES: { html: true, svg: true, svgFilters: true, mathMl: true },
      ADD_TAGS: ['semantics', 'annotation'],
      FORBID_TAGS: ['form', 'input', 'textarea', 'button', 'select'],
    });
}
