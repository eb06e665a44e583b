import * as tf from '@tensorflow/tfjs';
import { embeddingFigure } from '../charts/embeddingFigure.js';
import { filtersFigure } from '../charts/filtersFigure.js';
import { imageGridFigure } from '../charts/imageGridFigure.js';
import { overlayFigure } from '../charts/overlayFigure.js';
import { filterImages } from '../explain/index.js';
import { palette } from '../theme.js';
import type { GalleryCase } from './cases.js';
import { diskPicture, seeded } from './seeded.js';

const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** How near each cell of a map of this side is to a disk. */
function mapOf({ image, x, y }: ReturnType<typeof diskPicture>, side: number, width: number) {
  const scale = image.width / side;
  const at = (i: number): number => (i + 0.5) * scale;
  const values = count(side * side).map((i) =>
    Math.exp(-((at(i % side) - x) ** 2 + (at(Math.floor(i / side)) - y) ** 2) / (2 * (width * image.width) ** 2)),
  );
  return { data: values, shape: [side, side] };
}

export const pictures: GalleryCase[] = [
  {
    name: 'image-grid',
    about: 'imageGridFigure: pictures with their labels.',
    figure: () =>
      imageGridFigure(
        count(12).map((i) => diskPicture(i + 1, 28).image),
        count(12).map((i) =>
          i % 5 === 3
            ? { text: 'a sphere, not a disk\n61.2 %', color: palette.vermillion }
            : { text: `disk ${i}\n${(99 - i).toFixed(1)} %` },
        ),
        { columns: 6, title: 'A batch' },
      ),
  },
  {
    name: 'attention-overlay',
    about: 'overlayFigure: an attention roll-out of 14 × 14 patches over its pictures.',
    figure: () => {
      const disks = [31, 32].map((seed) => diskPicture(seed, 112));
      return overlayFigure(
        disks.map((disk, i) => ({ image: disk.image, map: mapOf(disk, 14, 0.15), caption: `picture ${i}: disk` })),
        { title: 'Attention roll-out', valueTitle: 'attention' },
      );
    },
  },
  {
    name: 'saliency-overlay',
    about: 'overlayFigure: a saliency map, a number a pixel.',
    figure: () => {
      const disk = diskPicture(33, 64);
      const { uniform } = seeded(34);
      const map = mapOf(disk, 64, 0.12);
      return overlayFigure(
        { image: disk.image, map: { ...map, data: map.data.map((value) => value * uniform()) } },
        { title: 'Saliency', valueTitle: '|gradient|', side: 260 },
      );
    },
  },
  {
    name: 'filters',
    about: 'filtersFigure: the filters of a convolution.',
    figure: async () => {
      const data = count(32).flatMap((filter) => {
        const [angle, phase, tint] = [(filter * Math.PI) / 16, (filter % 4) * 1.5, filter / 32];
        return count(3).flatMap((c) =>
          count(49).map((i) => {
            const [x, y] = [(i % 7) - 3, Math.floor(i / 7) - 3];
            return (
              Math.cos((x * Math.cos(angle) + y * Math.sin(angle)) * 1.1 + phase + c * tint) *
              Math.exp(-(x * x + y * y) / 9)
            );
          }),
        );
      });
      return filtersFigure(await filterImages(tf.tensor4d(data, [32, 3, 7, 7])), { columns: 8, title: 'conv1.weight' });
    },
  },
  {
    name: 'embedding',
    about: 'embeddingFigure: points by class; thumbnails show on hovering.',
    figure: () => {
      const { normal } = seeded(35);
      const classes = ['aeroplane', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck', 'train'];
      const labels = count(600).map((i) => i % classes.length);
      const points = labels.flatMap((label) => {
        const angle = (2 * Math.PI * label) / classes.length;
        return [6 * Math.cos(angle) + normal(0, 0.9), 6 * Math.sin(angle) + normal(0, 0.9)];
      });
      return embeddingFigure(points, {
        labels,
        classes,
        title: 't-SNE of the last hidden layer',
        thumbnails: labels.map((label) => diskPicture(label + 50, 16).image),
      });
    },
  },
  {
    name: 'embedding-many-classes',
    about: 'embeddingFigure: more classes than colours are told apart by their marks.',
    figure: () => {
      const { normal } = seeded(36);
      const labels = count(900).map((i) => i % 18);
      const points = labels.flatMap((label) => [
        3 * (label % 5) + normal(0, 0.6),
        3 * Math.floor(label / 5) + normal(0, 0.6),
      ]);
      return embeddingFigure(points, { labels, classes: count(18).map((i) => `class ${i}`), title: 'UMAP' });
    },
  },
];
