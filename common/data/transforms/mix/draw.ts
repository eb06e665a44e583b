import { CounterRandom } from '../../random.js';
import { drawBeta } from '../distributions.js';

/**
 * Mixes pairs of images of a batch and their labels: mixup (Zhang et al. 2018) blends them, CutMix (Yun et al. 2019) pastes a rectangle.
 * In timm's terms and with its meanings (timm/data/mixup.py).
 */
export interface Mix {
  /** Mixup's α: λ is from Beta(α, α). 0: no mixup. Default 1. */
  mixup: number;
  /** CutMix's α. 0: no CutMix. Default 0. */
  cutmix: number;
  /** Instead of λ: sides of the rectangle as parts of the image's, drawn from this range. Switches CutMix on. Default null. */
  cutmixMinmax: readonly [low: number, high: number] | null;
  /** How often (a batch, pair or element) is mixed at all. Default 1. */
  p: number;
  /** How often it is CutMix where both are on. Default 0.5. */
  switchP: number;
  /** One λ for the batch; for each pair (i, B − 1 − i), both mixed with each other; or for each element. Default `batch`. */
  mode: 'batch' | 'pair' | 'elem';
  /** λ becomes the part of the image that was really kept where the border cuts the rectangle. Default true. */
  correctLambda: boolean;
}

/** Where and when: the parameters are a pure function of these numbers and the `Mix`. */
export interface MixAt {
  seed: number;
  epoch: number;
  step: number;
  /** Images in the batch. */
  batch: number;
  height: number;
  width: number;
}

/** For each image of a batch: what it is mixed with. Plain data. */
export interface MixParameters {
  /** Int32, the image it is mixed with: B − 1 − i, the order turned round. */
  partner: Int32Array;
  /** The weight of its own label; that of its partner's is 1 − λ. 1: not mixed. */
  lambda: Float32Array;
  /** 1 where a rectangle of the partner is pasted, 0 where the images are blended by λ. */
  cut: Uint8Array;
  /** The rectangle: [top, bottom, left, right], bottom and right exclusive. */
  boxes: Int32Array;
}

/** The stream of a batch: apart from the streams of its images, which have the seed first too. */
const STREAM = 0x6d697875;

/** Parameters for one batch. A batch of odd length leaves its middle image unmixed. */
export function drawMix(mix: Mix, at: MixAt): MixParameters {
  const { batch } = at;
  const random = new CounterRandom(at.seed, STREAM, at.epoch, at.step);
  const parameters: MixParameters = {
    partner: Int32Array.from({ length: batch }, (_, i) => batch - 1 - i),
    lambda: new Float32Array(batch).fill(1),
    cut: new Uint8Array(batch),
    boxes: new Int32Array(batch * 4),
  };
  const set = (i: number, { lambda, box }: Drawn) => {
    if (i * 2 === batch - 1) return;
    parameters.lambda[i] = lambda;
    if (box === undefined) return;
    parameters.cut[i] = 1;
    parameters.boxes.set(box, i * 4);
  };
  switch (mix.mode) {
    case 'batch': {
      const drawn = drawOne(mix, at, random);
      for (let i = 0; i < batch; i++) set(i, drawn);
      break;
    }
    case 'pair':
      for (let i = 0; i < Math.floor(batch / 2); i++) {
        const drawn = drawOne(mix, at, random);
        set(i, drawn);
        set(batch - 1 - i, drawn);
      }
      break;
    case 'elem':
      for (let i = 0; i < batch; i++) set(i, drawOne(mix, at, random));
  }
  return parameters;
}

type Box = readonly [top: number, bottom: number, left: number, right: number];

interface Drawn {
  lambda: number;
  box: Box | undefined;
}

function drawOne(mix: Mix, at: MixAt, random: CounterRandom): Drawn {
  const alpha = mix.cutmixMinmax === null ? mix.cutmix : 1;
  if ((mix.mixup <= 0 && alpha <= 0) || random.uniform() >= mix.p) return { lambda: 1, box: undefined };
  const cut = alpha > 0 && (mix.mixup <= 0 || random.uniform() < mix.switchP);
  const lambda = cut ? drawBeta(random, alpha, alpha) : drawBeta(random, mix.mixup, mix.mixup);
  if (!cut) return { lambda, box: undefined };
  const box = mix.cutmixMinmax === null ? boxOf(lambda, at, random) : boxBetween(mix.cutmixMinmax, at, random);
  const [top, bottom, left, right] = box;
  const corrected = mix.correctLambda || mix.cutmixMinmax !== null;
  return { lambda: corrected ? 1 - ((bottom - top) * (right - left)) / (at.height * at.width) : lambda, box };
}

/** A rectangle of 1 − λ of the area, its middle anywhere in the image; cut off at the border (timm's `rand_bbox`). */
function boxOf(lambda: number, { height, width }: MixAt, random: CounterRandom): Box {
  const side = Math.sqrt(1 - lambda);
  const [h, w] = [Math.trunc(height * side), Math.trunc(width * side)];
  const [y, x] = [random.integer(height), random.integer(width)];
  const clip = (value: number, most: number) => Math.min(most, Math.max(0, value));
  return [
    clip(y - Math.floor(h / 2), height),
    clip(y + Math.floor((h + 1) / 2), height),
    clip(x - Math.floor(w / 2), width),
    clip(x + Math.floor((w + 1) / 2), width),
  ];
}

/** A rectangle inside the image whose sides are drawn by themselves (timm's `rand_bbox_minmax`). */
function boxBetween([low, high]: readonly [number, number], { height, width }: MixAt, random: CounterRandom): Box {
  const side = (most: number) => {
    const least = Math.trunc(most * low);
    return least + random.integer(Math.max(1, Math.trunc(most * high) - least));
  };
  const [h, w] = [side(height), side(width)];
  const [top, left] = [random.integer(height - h + 1), random.integer(width - w + 1)];
  return [top, top + h, left, left + w];
}
