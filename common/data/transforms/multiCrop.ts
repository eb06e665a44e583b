import type { ViewTransform } from './table.js';

/**
 * Several views of one image (SwAV, DINO: two large crops and some small ones). Each view is made from the image as it is before this entry;
 * what follows it (usually `normalize`) is done to every view. At most one in a pipeline.
 */
export interface MultiCrop {
  name: 'multiCrop';
  crops: readonly {
    /** Views made this way, each with random numbers of its own. Default 1. */
    count: number;
    /** How; it must fix the size, e.g. begin with `randomResizedCrop`. */
    transforms: readonly ViewTransform[];
  }[];
}
