import { join } from 'node:path';
import type { Dataset } from '../../data/index.js';
import { writeFileAtomic } from '../../utils/index.js';
import type { Callback } from '../callbacks.js';

// Loaded when something is drawn: a document and plotly take a second to load.
const visualization = () => import('../../visualization/index.js');

/** plots/learning_curves.png, drawn at the end. */
export function curvesPlot(): Callback {
  return {
    name: 'curvesPlot',
    optional: true,
    async end(run) {
      const { learningCurves, savePng } = await visualization();
      await savePng(learningCurves(run.history), join(run.folder, 'plots', 'learning_curves.png'));
    },
  };
}

/** plots/confusion_matrix.png of the test split. */
export function confusionPlot(): Callback {
  return {
    name: 'confusionPlot',
    optional: true,
    async end(run, { confusion }) {
      if (confusion === undefined) return;
      const { confusionMatrixFigure, savePng } = await visualization();
      const figure = confusionMatrixFigure(confusion, run.setup.task.labels);
      await savePng(figure, join(run.folder, 'plots', 'confusion_matrix.png'));
    },
  };
}

/** plots/mistakes.png: the images of the test split that were most confidently wrong, with what they are and what was predicted. */
export function mistakesPlot(): Callback {
  return {
    name: 'mistakesPlot',
    optional: true,
    async end(run, { mistakes = [], dataset }) {
      if (mistakes.length === 0 || dataset === undefined) return;
      const { imageGrid } = await visualization();
      const { labels } = run.setup.task;
      const captions = mistakes.map(
        ({ label, predicted, confidence }) =>
          `${labels[label]}, not ${labels[predicted]}\n${(100 * confidence).toFixed(1)} %`,
      );
      const images = await Promise.all(mistakes.map(({ index }) => gridImage(dataset, index)));
      const png = await imageGrid(images, captions, {
        title: 'Most confidently wrong: true class, prediction, confidence',
      });
      await writeFileAtomic(join(run.folder, 'plots', 'mistakes.png'), png);
    },
  };
}

async function gridImage(dataset: Dataset, row: number) {
  const { decodeImage, isImage } = await import('../../data/index.js');
  const image = Object.values(await dataset.row(row)).find(isImage);
  if (image === undefined) throw new Error(`${dataset.where(row)} has no image`);
  const { data, width, height, channels } = await decodeImage(image.bytes, dataset.where(row));
  if (channels !== 1 && channels !== 3 && channels !== 4)
    throw new Error(`${dataset.where(row)} has ${channels} channels`);
  return { data, width, height, channels } as const;
}
