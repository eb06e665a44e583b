// Figures are plain plotly objects, made in light colours by functions from typed data. Saved as PNG, SVG or HTML without a browser, shown in notebooks:
//
//   const figure = rocFigure(rocCurve(scores, labels));
//   await savePng(figure, 'roc.png', { theme: 'dark' });
//   await show(figure);
//
// Importing this part loads neither plotly nor a document nor an image library; the first picture does.
export { type ArchitectureOptions, architectureFigure } from './architecture/architectureFigure.js';
export { type ArchitectureNode, type DescribeOptions, describeModule } from './architecture/describeModule.js';
export { type AttentionOptions, type AttentionWeights, attentionFigure } from './charts/attentionFigure.js';
export { type Band, type BandKind, bandOf, type Curve } from './charts/bands.js';
export { type CalibrationFigureOptions, calibrationFigure, type NamedCalibration } from './charts/calibrationFigure.js';
export { type EmbeddingOptions, embeddingFigure } from './charts/embeddingFigure.js';
export { type FiltersOptions, filtersFigure } from './charts/filtersFigure.js';
export { type HeatMapOptions, heatMapFigure, type Matrix } from './charts/heatMapFigure.js';
export { type HistogramOptions, histogramFigure, type Sample } from './charts/histogramFigure.js';
export { type ImageGridFigureOptions, imageGridFigure } from './charts/imageGridFigure.js';
export { type LayerNorm, type LayerNormsOptions, layerNormsFigure } from './charts/layerNormsFigure.js';
export { type LearningRateSearch, learningRateSearchFigure } from './charts/learningRateSearchFigure.js';
export { type OverlayItem, type OverlayOptions, overlayFigure } from './charts/overlayFigure.js';
export { type NamedPrecisionRecall, precisionRecallFigure } from './charts/precisionRecallFigure.js';
export { type RidgeOptions, ridgeFigure } from './charts/ridgeFigure.js';
export { type NamedRoc, type RateOptions, rocFigure } from './charts/rocFigure.js';
export { type RunCurvesOptions, type RunRows, runCurvesFigure } from './charts/runCurves.js';
export { debiasedAverage } from './charts/smoothing.js';
export { type Span, type TimelineOptions, timelineFigure } from './charts/timelineFigure.js';
export { type ConfusionMatrixOptions, confusionMatrixFigure } from './confusionMatrix.js';
export type { Figure, PictureOptions, PictureSize } from './figure.js';
export { type Caption, type GridImage, type ImageGridOptions, imageGrid } from './imageGrid.js';
export { type LearningCurvesOptions, learningCurves, type MetricsRow } from './learningCurves.js';
export { type BundleOptions, describeFigure, figureBundle, show } from './page/notebook.js';
export { figurePage, type PageOptions, type PageSection } from './page/page.js';
export { figurePng, figureSvg, saveHtml, savePng, saveSvg } from './save.js';
export { barFigure, lineFigure, type Series, type SeriesOptions } from './series.js';
export { contourFigure } from './study/contourFigure.js';
export { historyFigure } from './study/historyFigure.js';
export { importanceFigure } from './study/importanceFigure.js';
export { parallelFigure } from './study/parallelFigure.js';
export { type ParetoOptions, paretoFigure, paretoFront } from './study/paretoFigure.js';
export { sliceFigure } from './study/sliceFigure.js';
export type { Direction, StudyOptions, Trial } from './study/trials.js';
export { cividis, diverging, fontFamily, palette, sequential, type Theme, template } from './theme.js';
export { translucent, withTheme } from './withTheme.js';
