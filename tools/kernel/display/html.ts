/** A piece of HTML. Only `html` and `raw` make one, so that no text of a value gets into the page unescaped. */
export interface Html {
  readonly markup: string;
}

/** HTML with values put in: texts and numbers are escaped, pieces of HTML are taken as they are, lists joined. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (Html | readonly Html[] | string | number)[]
): Html {
  const written = values.map((value) => {
    if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
    return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
  });
  return { markup: parts.map((part, i) => part + (written[i] ?? '')).join('') };
}

/** The text with `& < > " '` as entities: safe as content and inside of quotes. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** A picture within the page. `pixelated`: its pixels are what is to be seen. */
export function pngImage(png: Uint8Array, { pixelated = false, alt = '' } = {}): Html {
  const data = Buffer.from(png).toString('base64');
  const style = pixelated ? 'image-rendering:pixelated' : '';
  return html`<img src="data:image/png;base64,${data}" alt="${alt}" style="max-width:100%;${style}">`;
}
