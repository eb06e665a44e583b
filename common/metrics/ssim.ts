import { UserError } from '../utils/index.js';
import { type ImageOptions, type ImagePair, type Images, readImagePair } from './images.js';
import { meanMetric } from './mean.js';

export interface SsimOptions extends ImageOptions {
  /** `uniform` (default, as scikit-image): a square of `windowSize`. `gaussian`: as Wang et al., of width `sigma` cut at 3.5 sigma (11 × 11). */
  window?: 'uniform' | 'gaussian';
  /** Side of the uniform window, odd; default 7. */
  windowSize?: number;
  /** Of the gaussian window, in pixels; default 1.5. */
  sigma?: number;
  /** Variances divided by N - 1 rather than N; default true, as scikit-image (Wang et al.: false). */
  sampleCovariance?: boolean;
  /** Default 0.01. */
  k1?: number;
  /** Default 0.03. */
  k2?: number;
}

/**
 * Mean structural similarity of two pictures, 1 for equal ones, the mean over channels (Wang et al. 2004, eq. 13). scikit-image's
 * `structural_similarity`, whose defaults it takes; `{ window: 'gaussian', sampleCovariance: false }` is the paper's. Windows that reach over
 * the edge do not count. Several pictures: their mean.
 */
export function ssim(prediction: Images, target: Images, options: SsimOptions = {}): number {
  const values = ssimOfEach(readImagePair(prediction, target, options), options);
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Streaming mean over pictures of their SSIM: `update(images, targets)`. */
export function createSsim(options: SsimOptions = {}) {
  const {
    dataRange = null,
    window = 'uniform',
    windowSize = 7,
    sigma = 1.5,
    sampleCovariance = true,
    k1 = 0.01,
    k2 = 0.03,
  } = options;
  windowOf(options);
  return meanMetric<[images: Images, targets: Images]>(
    'ssim',
    { dataRange, window, windowSize, sigma, sampleCovariance, k1, k2 },
    (images, targets) => ssimOfEach(readImagePair(images, targets, options), options),
  );
}

function windowOf({ window = 'uniform', windowSize = 7, sigma = 1.5 }: SsimOptions): Float64Array {
  if (window === 'uniform') {
    if (!(Number.isInteger(windowSize) && windowSize > 1 && windowSize % 2 === 1))
      throw new UserError(`windowSize is ${windowSize}; it must be an odd whole number of at least 3`);
    return new Float64Array(windowSize).fill(1 / windowSize);
  }
  if (!(sigma > 0)) throw new UserError(`sigma is ${sigma}; it must be above 0`);
  const radius = Math.floor(3.5 * sigma + 0.5);
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

function ssimOfEach(pair: ImagePair, options: SsimOptions): number[] {
  const weights = windowOf(options);
  const { count, height, width, channels } = pair;
  if (Math.min(height, width) < weights.length)
    throw new UserError(
      `SSIM's window of ${weights.length} pixels is larger than the picture of ${height} × ${width} (height × width)`,
    );
  const size = height * width;
  return Array.from({ length: count }, (_, image) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      const plane = (data: ArrayLike<number>) => {
        const values = new Float64Array(size);
        for (let i = 0; i < size; i++) values[i] = data[(image * size + i) * channels + c] ?? 0;
        return values;
      };
      sum += ssimOfPlane(plane(pair.a), plane(pair.b), pair, weights, options);
    }
    return sum / channels;
  });
}

function ssimOfPlane(
  a: Float64Array,
  b: Float64Array,
  { height, width, dataRange }: ImagePair,
  weights: Float64Array,
  options: SsimOptions,
) {
  const { sampleCovariance = true, k1 = 0.01, k2 = 0.03 } = options;
  const pixels = weights.length ** 2;
  const norm = sampleCovariance ? pixels / (pixels - 1) : 1;
  const c1 = (k1 * dataRange) ** 2;
  const c2 = (k2 * dataRange) ** 2;
  const meanOf = (plane: Float64Array) => filter(plane, height, width, weights);
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  const [squareA, squareB, product] = [meanOf(times(a, a)), meanOf(times(b, b)), meanOf(times(a, b))];
  let sum = 0;
  for (let i = 0; i < meanA.length; i++) {
    const ua = meanA[i]!;
    const ub = meanB[i]!;
    const varianceA = norm * (squareA[i]! - ua * ua);
    const varianceB = norm * (squareB[i]! - ub * ub);
    const covariance = norm * (product[i]! - ua * ub);
    sum += ((2 * ua * ub + c1) * (2 * covariance + c2)) / ((ua * ua + ub * ub + c1) * (varianceA + varianceB + c2));
  }
  return sum / meanA.length;
}

function times(a: Float64Array, b: Float64Array): Float64Array {
  const product = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) product[i] = a[i]! * b[i]!;
  return product;
}

/** Weighted means over the windows that lie inside the picture, rows then columns. */
function filter(plane: Float64Array, height: number, width: number, weights: Float64Array): Float64Array {
  const outWidth = width - weights.length + 1;
  const outHeight = height - weights.length + 1;
  const rows = new Float64Array(height * outWidth);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < outWidth; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * plane[y * width + x + k]!;
      rows[y * outWidth + x] = sum;
    }
  const out = new Float64Array(outHeight * outWidth);
  for (let y = 0; y < outHeight; y++)
    for (let x = 0; x < outWidth; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * rows[(y + k) * outWidth + x]!;
      out[y * outWidth + x] = sum;
    }
  return out;
}
