import { addTo, emptySum, sumOf } from './exactSum.js';
import { type ImageOptions, type ImagePair, type Images, readImagePair } from './images.js';
import { meanMetric } from './mean.js';

/**
 * Peak signal-to-noise ratio of one picture in decibels, 10 log₁₀(range² / mean squared error); infinite for equal pictures.
 * scikit-image's `peak_signal_noise_ratio`.
 */
export function psnr(prediction: Images, target: Images, options: ImageOptions = {}): number {
  const values = psnrOfEach(readImagePair(prediction, target, options));
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Streaming mean over pictures of their PSNR: `update(images, targets)`. */
export function createPsnr(options: ImageOptions = {}) {
  return meanMetric<[images: Images, targets: Images]>(
    'psnr',
    { dataRange: options.dataRange ?? null },
    (images, targets) => psnrOfEach(readImagePair(images, targets, options)),
  );
}

function psnrOfEach({ a, b, count, dataRange }: ImagePair): number[] {
  const size = a.length / count;
  return Array.from({ length: count }, (_, image) => {
    const sum = emptySum();
    for (let i = image * size; i < (image + 1) * size; i++) addTo(sum, ((a[i] ?? 0) - (b[i] ?? 0)) ** 2);
    return 10 * Math.log10(dataRange ** 2 / (sumOf(sum) / size));
  });
}
