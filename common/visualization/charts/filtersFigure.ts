import type { Figure } from '../figure.js';
import type { GridImage } from '../imageGrid.js';
import { type ImageGridFigureOptions, imageGridFigure } from './imageGridFigure.js';

export type FiltersOptions = Omit<ImageGridFigureOptions, 'captionSize'> & {
  /** at most so many, the first; default 64 */
  most?: number;
};

/** The filters of a convolution as `filterImages` (explain/) gives them, close together; the title tells how many there are where not all are shown. */
export async function filtersFigure(filters: readonly GridImage[], options: FiltersOptions = {}): Promise<Figure> {
  const { most = 64, side = 48, title = 'Filters', ...rest } = options;
  const shown = filters.slice(0, most);
  const heading = shown.length < filters.length ? `${title}, ${shown.length} of ${filters.length}` : title;
  return imageGridFigure(shown, [], { side, title: heading, ...rest });
}
