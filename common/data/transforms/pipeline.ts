import { UserError } from '../../utils/errors.js';
import { type ImageShape, type Pixels, volume, withChannels } from '../pixels.js';
import { type Branch, compileBranch, type RandomOf } from './branch.js';
import { describeTransform } from './describe.js';
import { type Memory, takingTurns } from './memory.js';
import type { MultiCrop } from './multiCrop.js';
import { createNormalizer, type Normalizer } from './normalize.js';
import { eraseNormalized } from './randomErasing.js';
import type { Size } from './step.js';
import type { Transform, ViewTransform } from './table.js';

/** What a pipeline is given: channels, and the images' size where all have the same. */
export interface PipelineInput {
  channels: 1 | 3;
  height?: number;
  width?: number;
}

/** A checked list of transforms, ready to run. It keeps buffers: one for each thread. */
export interface Pipeline {
  readonly transforms: readonly Transform[];
  readonly input: PipelineInput;
  /** The images that come out of one: one, or with a multi-crop all its views. */
  readonly views: readonly ImageShape[];
  /** Numbers an image writes, all views together. */
  readonly volume: number;
  /**
   * Writes an image to `out` from `at` on: float32 HWC, one view after another. The image may have any size (unless the input's is given)
   * and 1 to 4 channels; its bytes are not changed. What is random depends on `random` only.
   */
  run(image: Pixels, random: RandomOf, out: Float32Array, at: number): void;
  /**
   * By how much a JPEG of this size may be decoded smaller with the same picture: 1, 2, 4 or 8. Above 1 only where the pipeline begins with a
   * resize, and the smaller image is still at least twice as large as what comes out, so that the antialiasing filter does the rest.
   */
  shrink(height: number, width: number): 1 | 2 | 4 | 8;
  /** One line a transform. */
  toString(): string;
}

/**
 * Prepares transforms (as `checkTransforms` gives them). Values are in 0 … 1 where there is no `normalize`.
 *
 * @throws UserError where an entry stands where it cannot, or the size of what comes out is not known.
 */
export function createPipeline(transforms: readonly Transform[], input: PipelineInput): Pipeline {
  const at = transforms.findIndex(({ name }) => name === 'multiCrop');
  const multi = transforms[at];
  const before = at < 0 ? [] : transforms.slice(0, at).filter(isViewTransform);
  const after = transforms.slice(at + 1).filter(isViewTransform);
  if (before.length + after.length + (at < 0 ? 0 : 1) !== transforms.length)
    throw new UserError('transforms: there is more than one multiCrop; at most one is allowed');
  const given: Size = { height: input.height, width: input.width };
  const first = compileBranch(before, [], given, input.channels, false);
  if (first.normalize !== undefined)
    throw new UserError('transforms: multiCrop stands after normalize; it must stand before it');
  const views =
    multi?.name === 'multiCrop'
      ? viewsOf(multi, at, after, first.size, input.channels)
      : [compileBranch(after, [], given, input.channels)];
  return new Runner(transforms, input, first, views);
}

function isViewTransform(transform: Transform): transform is ViewTransform {
  return transform.name !== 'multiCrop';
}

function viewsOf(multi: MultiCrop, at: number, after: readonly ViewTransform[], size: Size, channels: 1 | 3): Branch[] {
  const views: Branch[] = [];
  for (const { count, transforms } of multi.crops)
    for (let i = 0; i < count; i++)
      views.push(compileBranch([...transforms, ...after], [at, views.length], size, channels));
  return views;
}

class Runner implements Pipeline {
  readonly transforms: readonly Transform[];
  readonly input: PipelineInput;
  readonly views: readonly ImageShape[];
  readonly volume: number;
  readonly #first: Branch;
  readonly #views: readonly { branch: Branch; shape: ImageShape; volume: number; normalize: Normalizer }[];
  readonly #firstMemory: Memory = takingTurns();
  readonly #viewMemory: Memory = takingTurns();

  constructor(transforms: readonly Transform[], input: PipelineInput, first: Branch, branches: readonly Branch[]) {
    this.transforms = transforms;
    this.input = input;
    this.#first = first;
    this.#views = branches.map((branch) => {
      const shape = shapeOf(branch.size, input.channels);
      const normalize = branch.normalize ?? createNormalizer({ mean: [0], std: [1] }, input.channels);
      return { branch, shape, volume: volume(shape), normalize };
    });
    this.views = this.#views.map(({ shape }) => shape);
    this.volume = this.views.reduce((sum, shape) => sum + volume(shape), 0);
  }

  run(image: Pixels, random: RandomOf, out: Float32Array, at: number): void {
    const source = runSteps(withChannels(image, this.input.channels), this.#first, random, this.#firstMemory);
    let to = at;
    for (const { branch, shape, volume, normalize } of this.#views) {
      const before = runSteps(source, branch, random, this.#viewMemory);
      const { image: view, table } = branch.last?.(before, random, this.#viewMemory) ?? {
        image: before,
        table: undefined,
      };
      if (view.height !== shape.height || view.width !== shape.width) throw this.#otherSize(image, view, shape);
      normalize(view.data, volume, out, to, table);
      for (const { key, erasing } of branch.erasings) eraseNormalized(out, to, shape, erasing, random(...key));
      to += volume;
    }
  }

  shrink(height: number, width: number): 1 | 2 | 4 | 8 {
    const [first] = this.transforms;
    if (first?.name !== 'resize' || first.interpolation === 'nearest') return 1;
    const [newHeight, newWidth] = typeof first.size === 'number' ? [first.size, first.size] : first.size;
    const spare =
      typeof first.size === 'number'
        ? Math.min(height, width) / first.size
        : Math.min(height / newHeight, width / newWidth);
    return spare >= 16 ? 8 : spare >= 8 ? 4 : spare >= 4 ? 2 : 1;
  }

  toString(): string {
    return this.transforms.map((transform) => describeTransform(transform)).join('\n');
  }

  #otherSize(image: Pixels, view: ImageShape, shape: ImageShape): UserError {
    return new UserError(
      `the image is ${image.height}×${image.width} and the transforms make ${view.height}×${view.width} of it, but a batch holds ` +
        `${shape.height}×${shape.width}: put a resize and a centerCrop first`,
    );
  }
}

function runSteps(image: Pixels, { steps }: Branch, random: RandomOf, memory: Memory): Pixels {
  let current = image;
  for (const step of steps) current = step(current, random, memory);
  return current;
}

function shapeOf({ height, width }: Size, channels: number): ImageShape {
  if (height !== undefined && width !== undefined) return { height, width, channels };
  throw new UserError(
    'transforms: images of several sizes come out of them, which do not fit into one batch; add a step that fixes the size, ' +
      'e.g. { name: centerCrop, size: 224 } or { name: resize, size: [224, 224] }',
  );
}
