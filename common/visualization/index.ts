export { type ConfusionMatrixOptions, confusionMatrixFigure } from './confusionMatrix.js';
export type { Figure, PictureSize } from './figure.js';
export { type Caption, type GridImage, type ImageGridOptions, imageGrid } from './imageGrid.js';
export { type LearningCurvesOptions, learningCurves, type MetricsRow } from './learningCurves.js';
export { figurePng, figureSvg, saveHtml, savePng, saveSvg } from './save.js';
export { barFigure, lineFigure, type Series, type SeriesOptions } from './series.js';
export { fontFamily, palette, sequential, template } from './theme.js';
