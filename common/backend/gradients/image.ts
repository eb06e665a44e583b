import type { Tensor } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import { at, gradient, inner, none, run } from './gradient.js';

/** tf.image.cropAndResize of differentiable operators: what its gradient is taken of. */
function crop(
  image: Tensor,
  boxes: Tensor,
  boxInd: Tensor,
  { cropSize, method, extrapolationValue }: core.CropAndResizeAttrs,
): Tensor {
  const [batch = 1, height = 1, width = 1, channels = 1] = image.shape;
  const [h, w] = cropSize;
  const count = boxes.shape[0] ?? 0;
  const edge = (i: number) => core.slice(boxes, [0, i], [count, 1]);
  const places = (low: Tensor, high: Tensor, to: number, from: number): Tensor => {
    const fraction = to > 1 ? core.linspace(0, 1, to) : core.tensor1d([0.5]);
    return core.mul(core.add(core.mul(low, core.sub(1, fraction)), core.mul(high, fraction)), from - 1);
  };
  const ys = core.reshape(places(edge(0), edge(2), h, height), [count, h, 1]);
  const xs = core.reshape(places(edge(1), edge(3), w, width), [count, 1, w]);
  // Products of 0 and 1, for logical operators have no gradient, not even 0.
  const yes = (test: Tensor) => core.cast(test, 'float32');
  const inside = (p: Tensor, size: number) => core.mul(yes(core.greaterEqual(p, 0)), yes(core.lessEqual(p, size - 1)));
  const both = core.mul(inside(ys, height), inside(xs, width));
  const valid = core.reshape(core.greater(both, 0.5), [count, h, w, 1]);
  const pixels = core.reshape(image, [batch * height * width, channels]);
  const first = core.reshape(core.mul(core.cast(boxInd, 'int32'), core.scalar(height * width, 'int32')), [count, 1, 1]);
  const whole = (p: Tensor, size: number) => core.cast(core.clipByValue(p, 0, size - 1), 'int32');
  const pixel = (y: Tensor, x: Tensor): Tensor => {
    const row = core.add(first, core.mul(whole(y, height), core.scalar(width, 'int32')));
    return core.gather(pixels, core.add(row, whole(x, width)) as core.Tensor1D);
  };
  const outside = core.fill([count, h, w, channels], extrapolationValue);
  const chosen = (values: Tensor) => core.where(core.broadcastTo(valid, [count, h, w, channels]), values, outside);
  if (method === 'nearest') return chosen(pixel(core.floor(core.add(ys, 0.5)), core.floor(core.add(xs, 0.5))));
  const [top, left, bottom, right] = [core.floor(ys), core.floor(xs), core.ceil(ys), core.ceil(xs)];
  const down = core.expandDims(core.sub(ys, top), -1);
  const along = core.expandDims(core.sub(xs, left), -1);
  const mix = (a: Tensor, b: Tensor, by: Tensor) => core.add(a, core.mul(core.sub(b, a), by));
  const upper = mix(pixel(top, left), pixel(top, right), along);
  return chosen(mix(upper, mix(pixel(bottom, left), pixel(bottom, right), along), down));
}

interface Resize {
  alignCorners: boolean;
  halfPixelCenters?: boolean;
}

/** A resize is linear: the gradient of its gradient is the resize again. */
const linear = (forward: string, backward: string) =>
  gradient<Resize>(backward, {
    save: ['images', 'dy'],
    of: (g, saved, { alignCorners, halfPixelCenters = false }) => {
      const [images, dy] = [at(saved, 0), at(saved, 1)];
      const size = dy.shape.slice(1, 3);
      return { images: none(images), dy: () => run(forward, { images: g }, { alignCorners, halfPixelCenters, size }) };
    },
  });

/** tfjs drops halfPixelCenters on the way to the gradient's kernel. */
const resize = (forward: string, backward: string) =>
  gradient<Resize>(forward, {
    save: ['images'],
    of: (dy, saved, { alignCorners, halfPixelCenters = false }) => {
      const images = at(saved, 0);
      return { images: () => run(backward, { dy, images }, { alignCorners, halfPixelCenters }) };
    },
  });

export const imageGradients = [
  gradient<core.CropAndResizeAttrs>(core.CropAndResize, {
    save: ['image', 'boxes', 'boxInd'],
    of: (dy, saved, attrs) => {
      const [image, boxes, boxInd] = [at(saved, 0), at(saved, 1), at(saved, 2)];
      return {
        image: () => inner((x) => crop(x, boxes, boxInd, attrs), image, dy),
        boxes: () => inner((b) => crop(image, b, boxInd, attrs), boxes, dy),
        boxInd: none(boxInd),
      };
    },
  }),
  gradient(core.FlipLeftRight, { of: (dy) => ({ image: () => core.image.flipLeftRight(dy as core.Tensor4D) }) }),
  resize(core.ResizeBilinear, core.ResizeBilinearGrad),
  resize(core.ResizeNearestNeighbor, core.ResizeNearestNeighborGrad),
  linear(core.ResizeBilinear, core.ResizeBilinearGrad),
  linear(core.ResizeNearestNeighbor, core.ResizeNearestNeighborGrad),
];
