import type { Figure } from '../figure.js';
import { classification } from './classification.js';
import { models } from './models.js';
import { pictures } from './pictures.js';
import { studies } from './studies.js';
import { training } from './training.js';

/** A figure of the gallery: seeded, so that it is the same at every build. */
export type GalleryCase = { name: string; about: string; figure: () => Figure | Promise<Figure> };

/** Every kind of figure, in the order of the page. */
export const cases: readonly GalleryCase[] = [...training, ...classification, ...pictures, ...models, ...studies];
