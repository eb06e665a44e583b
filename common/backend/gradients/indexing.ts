import type { Tensor } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import { segmentSumKernel } from '../kernels/names.js';
import { at, gradient, hasKernel, none, run } from './gradient.js';

const product = (list: readonly number[]): number => list.reduce((p, d) => p * d, 1);

/** Sums rows by ids that are known to be valid, as those of a gather are. */
const sumRows = (x: Tensor, ids: Tensor, count: number): Tensor =>
  hasKernel(segmentSumKernel)
    ? run(segmentSumKernel, { x, segmentIds: ids }, { numSegments: count })
    : core.unsortedSegmentSum(x, ids as core.Tensor1D, count);

/** What was gathered goes back to where it came from: with batch dimensions each batch has rows of its own. */
function gatherGradient(dy: Tensor, x: Tensor, indices: Tensor, axis: number, batchDims: number): Tensor {
  const place = core.util.parseAxisParam(axis, x.shape)[0] ?? 0;
  const batches = batchDims < 0 ? batchDims + indices.rank : batchDims;
  const batch = product(x.shape.slice(0, batches));
  const outer = product(x.shape.slice(batches, place));
  const length = x.shape[place] ?? 1;
  const inner = product(x.shape.slice(place + 1));
  const picked = indices.size / Math.max(batch, 1);
  const values = core.transpose(core.reshape(dy, [batch, outer, picked, inner]), [0, 2, 1, 3]);
  const local = core.reshape(core.cast(indices, 'int32'), [batch, picked]);
  const starts = () =>
    core.reshape(core.mul(core.range(0, batch, 1, 'int32'), core.scalar(length, 'int32')), [batch, 1]);
  const ids = batch === 1 ? local : core.add(local, starts());
  const rows = core.reshape(values, [batch * picked, outer * inner]);
  const sums = sumRows(rows, core.reshape(ids, [batch * picked]), batch * length);
  return core.reshape(core.transpose(core.reshape(sums, [batch, length, outer, inner]), [0, 2, 1, 3]), x.shape);
}

/** Puts the values of a strided slice back to where they were, zeros between and around them. */
function stridedSliceGradient(dy: Tensor, x: Tensor, attrs: core.StridedSliceAttrs): Tensor {
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
  const info = core.slice_util.sliceInfo(
    x.shape,
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
  if (info.isIdentity) return core.reshape(dy, x.shape);
  const counts = x.shape.map((_, i) =>
    Math.max(0, Math.ceil(((info.end[i] ?? 0) - (info.begin[i] ?? 0)) / (info.strides[i] ?? 1))),
  );
  if (counts.includes(0)) return core.zeros(x.shape);
  let out = core.reshape(dy, counts);
  x.shape.forEach((length, axis) => {
    const count = out.shape[axis] ?? 0;
    const [start, step] = [info.begin[axis] ?? 0, info.strides[axis] ?? 1];
    const gap = Math.abs(step);
    if (step < 0) out = core.reverse(out, axis);
    if (gap > 1) {
      const [before, after] = [out.shape.slice(0, axis), out.shape.slice(axis + 1)];
      const apart = core.reshape(out, [product(before) * count, 1, product(after)]);
      const spread = core.pad(apart, [[0, 0], [0, gap - 1], [0, 0]]); // biome-ignore format: a pad a row
      const full = core.reshape(spread, [...before, count * gap, ...after]);
      const span = (count - 1) * gap + 1;
      out = core.slice(full, full.shape.map(() => 0), full.shape.map((d, i) => (i === axis ? span : d))); // biome-ignore format: one call
    }
    const covered = (count - 1) * gap + 1;
    const first = step < 0 ? start - (count - 1) * gap : start;
    const around: [number, number][] = out.shape.map((_, i) =>
      i === axis ? [first, length - first - covered] : [0, 0],
    );
    if (first > 0 || length > first + covered) out = core.pad(out, around);
  });
  return out;
}

export const indexingGradients = [
  gradient<core.GatherV2Attrs>(core.GatherV2, {
    save: ['x', 'indices'],
    of: (dy, saved, { axis, batchDims = 0 }) => {
      const [x, indices] = [at(saved, 0), at(saved, 1)];
      return { x: () => gatherGradient(dy, x, indices, axis, batchDims), indices: none(indices) };
    },
  }),
  gradient(segmentSumKernel, {
    save: ['segmentIds'],
    of: (dy, saved) => ({ x: () => core.gather(dy, at(saved, 0) as core.Tensor1D), segmentIds: none(at(saved, 0)) }),
  }),
  gradient(core.GatherNd, {
    save: ['params', 'indices'],
    of: (dy, saved) => {
      const [params, indices] = [at(saved, 0), at(saved, 1)];
      return { params: () => core.scatterND(core.cast(indices, 'int32'), dy, params.shape), indices: none(indices) };
    },
  }),
  gradient<core.ScatterNdAttrs>(core.ScatterNd, {
    save: ['indices'],
    of: (dy, saved) => {
      const indices = at(saved, 0);
      return { indices: none(indices), updates: () => core.gatherND(dy, core.cast(indices, 'int32')) };
    },
  }),
  /** Where two updates meet, tfjs keeps one of them: both get its gradient. */
  gradient(core.TensorScatterUpdate, {
    save: ['indices', 'updates'],
    of: (dy, saved) => {
      const [indices, updates] = [core.cast(at(saved, 0), 'int32'), at(saved, 1)];
      return {
        tensor: () => core.tensorScatterUpdate(dy, indices, core.zerosLike(updates)),
        indices: none(indices),
        updates: () => core.gatherND(dy, indices),
      };
    },
  }),
  gradient(core.Diag, {
    save: ['x'],
    of: (dy, saved) => ({
      x: () => {
        const { shape, size } = at(saved, 0);
        const diagonal = core.stridedSlice(core.reshape(dy, [size * size]), [0], [size * size], [size + 1]);
        return core.reshape(diagonal, shape);
      },
    }),
  }),
  gradient<core.StridedSliceAttrs>(core.StridedSlice, {
    save: ['x'],
    of: (dy, saved, attrs) => ({ x: () => stridedSliceGradient(dy, at(saved, 0), attrs) }),
  }),
  /** The gradient of the values goes to where they were found; places have none. */
  gradient<core.TopKAttrs>(core.TopK, {
    save: ['x'],
    saveOutputs: [false, true],
    of: (dy, saved) => ({
      x: () => {
        const [x, places] = [at(saved, 0), at(saved, 1)];
        const length = x.shape[x.rank - 1] ?? 1;
        const rows = x.size / length;
        const count = places.size / rows;
        const starts = core.reshape(core.mul(core.range(0, rows, 1, 'int32'), core.scalar(length, 'int32')), [rows, 1]);
        const flat = core.reshape(core.add(core.reshape(places, [rows, count]), starts), [rows * count]);
        return core.reshape(sumRows(core.reshape(dy, [rows * count]), flat, x.size), x.shape);
      },
    }),
  }),
  /** What a mirror shows comes back to where it was seen. */
  gradient<core.MirrorPadAttrs>(core.MirrorPad, {
    save: ['x'],
    of: (dy, saved, { paddings, mode }) => ({
      x: () => {
        const { shape } = at(saved, 0);
        return paddings.reduce<Tensor>((g, [before, after], axis) => {
          const length = shape[axis] ?? 0;
          if (before === 0 && after === 0) return g;
          const edge = mode === 'symmetric' ? 0 : 1;
          const part = (start: number, size: number) =>
            core.slice(g, g.shape.map((_, i) => (i === axis ? start : 0)), g.shape.map((d, i) => (i === axis ? size : d))); // biome-ignore format: one call
          const back = (piece: Tensor, start: number, size: number) =>
            core.pad(core.reverse(piece, axis), g.shape.map((_, i) => (i === axis ? [start, length - start - size] : [0, 0]))); // biome-ignore format: one call
          let sum = part(before, length);
          if (before > 0) sum = core.add(sum, back(part(0, before), edge, before));
          if (after > 0) sum = core.add(sum, back(part(before + length, after), length - edge - after, after));
          return sum;
        }, dy);
      },
    }),
  }),
  gradient<core.DepthToSpaceAttrs>(core.DepthToSpace, {
    save: ['x'],
    of: (dy, saved, { blockSize: b, dataFormat }) => ({
      x: () => {
        const { shape } = at(saved, 0);
        const [n = 1, p = 1, q = 1, r = 1] = shape;
        if (dataFormat === 'NCHW') {
          const apart = core.reshape(dy, [n, p / (b * b), q, b, r, b]);
          return core.reshape(core.transpose(apart, [0, 3, 5, 1, 2, 4]), shape);
        }
        const apart = core.reshape(dy, [n, p, b, q, b, r / (b * b)]);
        return core.reshape(core.transpose(apart, [0, 1, 3, 2, 4, 5]), shape);
      },
    }),
  }),
];
