import { escapeHtml } from '../../utils/index.js';
import { buildFor } from '../browserless.js';
import type { Figure } from '../figure.js';
import { darkOf, faint, fontFamily, ink, paper, type Theme } from '../theme.js';
import { withTheme } from '../withTheme.js';
import { libraryScript, packed } from './library.js';
import { runtime } from './runtime.js';

/** Figures under a heading and a line of text. */
export type PageSection = { heading?: string; text?: string; figures: readonly Figure[] };

export type PageOptions = { title?: string; theme?: Theme };

/** Figures as the text of one HTML page that needs nothing else; plotly.js is in it once. */
export async function figurePage(
  sections: readonly PageSection[],
  { title = 'Figures', theme = 'light' }: PageOptions = {},
): Promise<string> {
  const figures = sections.flatMap((section) => section.figures);
  const build = buildFor(figures);
  const colour = (name: string): string => (theme === 'dark' ? (darkOf[name] ?? name) : name);
  let count = 0;
  const parts = await Promise.all(
    sections.map(async ({ heading, text, figures: own }) => {
      const scripts = own.map((figure) => ({ figure, id: `figure-${count++}` }));
      const places = await Promise.all(
        scripts.map(async ({ figure, id }) => {
          const { width, height = 500 } = figure.layout;
          const style = `height: ${height}px${width === undefined ? '' : `; width: ${width}px`}`;
          const json = await packed(JSON.stringify(withTheme(figure, theme)));
          return `<div id="${id}" class="figure" style="${style}"></div>\n<script>window.atelierFigures.show('${id}', '${json}', '${build.name}')</script>`;
        }),
      );
      const head = heading === undefined ? '' : `<h2>${escapeHtml(heading)}</h2>\n`;
      return `${head}${text === undefined ? '' : `<p>${escapeHtml(text)}</p>\n`}${places.join('\n')}`;
    }),
  );
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<style>
body { margin: 16px; background: ${colour(paper)}; color: ${colour(ink)}; font-family: ${fontFamily}; }
p { color: ${colour(faint)}; max-width: 60em; }
.figure { max-width: 100%; overflow-x: auto; }
</style>
<script>${runtime}</script>
<script>${await libraryScript(build)}</script></head>
<body>
${parts.join('\n')}
</body>
</html>
`;
}
