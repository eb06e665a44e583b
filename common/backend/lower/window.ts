import type { Window2D } from '../ops.js';
import { item } from './rule.js';

/** ONNX's attributes of a window. */
export const windowAttrs = ({ kernel, strides, pads, dilations }: Window2D) => ({
  kernel_shape: kernel,
  strides,
  pads,
  dilations,
});

/** How far a kernel reaches beyond its first cell, by axis. */
export const reachOf = ({ kernel, dilations }: Window2D) =>
  [dilations[0] * (kernel[0] - 1), dilations[1] * (kernel[1] - 1)] as const;

/** Rows and columns of the image [.., height, width] that no window of a strided pass covered: ConvTranspose adds them at the end. */
export function outputPadding(window: Window2D, image: readonly number[], windows: readonly number[]): number[] {
  const reach = reachOf(window);
  return [0, 1].map(
    (i) =>
      item(image, 2 + i) +
      item(window.pads, i) +
      item(window.pads, 2 + i) -
      ((item(windows, 2 + i) - 1) * item(window.strides, i) + item(reach, i) + 1),
  );
}
