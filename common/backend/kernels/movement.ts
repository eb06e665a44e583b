import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import { kernel } from './register.js';

const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

kernel<{ x: TensorInfo }, core.TransposeAttrs>(core.Transpose, ({ x }, { perm }, k) =>
  k.tensor(k.apply('Transpose', [k.value(x)], { perm: [...perm] })),
);

kernel<core.NamedTensorInfoMap, core.ConcatAttrs>(core.Concat, (inputs, { axis }, k) => {
  const all = Object.values(inputs).filter((info) => info !== undefined);
  const full = all.filter(({ shape }) => core.util.sizeFromShape(shape) > 0);
  const chosen = full.length > 0 ? full : all.slice(0, 1);
  const place = axisOf(axis, chosen[0]?.shape.length ?? 0);
  return k.tensor(
    k.apply(
      'Concat',
      chosen.map((info) => k.value(info)),
      { axis: place },
    ),
  );
});

kernel<core.NamedTensorInfoMap, core.PackAttrs>(core.Pack, (inputs, { axis }, k) => {
  const all = Object.values(inputs).filter((info) => info !== undefined);
  const values = all.map((info) => {
    const place = axisOf(axis, info.shape.length + 1);
    return k.value({ ...info, shape: [...info.shape.slice(0, place), 1, ...info.shape.slice(place)] });
  });
  return k.tensor(k.apply('Concat', values, { axis: axisOf(axis, values[0]?.shape.length ?? 1) }));
});

kernel<{ value: TensorInfo }, core.UnpackAttrs>(core.Unpack, ({ value }, { axis }, k) => {
  const place = axisOf(axis, value.shape.length);
  const count = value.shape[place] ?? 0;
  const shape = value.shape.filter((_, i) => i !== place);
  if (count === 0) return [];
  return k
    .node('Split', [k.value(value)], { axis: place, sizes: Array.from({ length: count }, () => 1) })
    .map((part) => k.tensor(k.apply('Reshape', [part], { shape })));
});

kernel<{ x: TensorInfo }, core.SplitVAttrs>(core.SplitV, ({ x }, { numOrSizeSplits, axis }, k) => {
  const place = axisOf(axis, x.shape.length);
  const length = x.shape[place] ?? 0;
  const sizes = Array.isArray(numOrSizeSplits)
    ? numOrSizeSplits
    : Array.from({ length: numOrSizeSplits }, () => length / numOrSizeSplits);
  const known = sizes.filter((size) => size >= 0).reduce((sum, size) => sum + size, 0);
  const whole = sizes.map((size) => (size < 0 ? length - known : size));
  return k.node('Split', [k.value(x)], { axis: place, sizes: whole }).map((part) => k.tensor(part));
});

kernel<{ x: TensorInfo }, core.SliceAttrs>(core.Slice, ({ x }, { begin, size }, k) => {
  // tfjs's own op has checked the bounds; a shorter `begin` means 0, a `size` of −1 the rest of the axis.
  const list = (value: number | number[]) => (typeof value === 'number' ? [value] : value);
  const [first, length] = [list(begin), list(size)];
  const starts = x.shape.map((_, i) => first[i] ?? 0);
  const ends = x.shape.map((d, i) => {
    const wanted = length[i] ?? -1;
    return wanted < 0 ? d : (starts[i] ?? 0) + wanted;
  });
  if (ends.some((end, i) => end > (x.shape[i] ?? 0) || end < (starts[i] ?? 0)))
    throw new Error(`slice from [${starts}] to [${ends}] does not fit a tensor of shape [${x.shape}]`);
  return k.tensor(k.apply('Slice', [k.value(x)], { starts, ends, steps: starts.map(() => 1) }));
});

kernel<{ x: TensorInfo }, core.PadV2Attrs>(core.PadV2, ({ x }, { paddings, constantValue }, k) =>
  k.tensor(
    k.apply('Pad', [k.value(x)], {
      before: paddings.map(([before]) => before),
      after: paddings.map(([, after]) => after),
      value: constantValue,
    }),
  ),
);

kernel<{ x: TensorInfo }, core.TileAttrs>(core.Tile, ({ x }, { reps }, k) =>
  k.tensor(k.apply('Tile', [k.value(x)], { repeats: [...reps] })),
);

kernel<{ x: TensorInfo }, core.BroadCastToAttrs>(core.BroadcastTo, ({ x }, { shape }, k) =>
  k.tensor(k.apply('Expand', [k.value(x)], { shape: [...shape] })),
);

kernel<{ x: TensorInfo }, core.ReverseAttrs>(core.Reverse, ({ x }, { dims }, k) =>
  k.tensor(k.apply('Reverse', [k.value(x)], { axes: core.util.parseAxisParam(dims, [...x.shape]) })),
);

kernel<{ x: TensorInfo; indices: TensorInfo }, core.GatherV2Attrs>(
  core.GatherV2,
  ({ x, indices }, { axis, batchDims }, k) => {
    if (batchDims !== 0) throw new Error('gather with batchDims is not written yet on the onnx backend');
    return k.tensor(k.apply('Gather', [k.value(x), k.value(indices)], { axis: axisOf(axis, x.shape.length) }));
  },
);

kernel<{ x: TensorInfo; segmentIds: TensorInfo }, core.UnsortedSegmentSumAttrs>(
  core.UnsortedSegmentSum,
  ({ x, segmentIds }, { numSegments }, k) =>
    k.tensor(k.apply('SegmentSum', [k.value(x), k.value(segmentIds)], { count: numSegments })),
);

kernel<{ indices: TensorInfo }, core.OneHotAttrs>(core.OneHot, ({ indices }, { depth, onValue, offValue, dtype }, k) =>
  k.tensor(
    k.apply('OneHot', [k.value(indices)], {
      depth,
      on: onValue,
      off: offValue,
      dtype: dtype === 'float32' ? 'float32' : dtype === 'bool' ? 'bool' : 'int32',
    }),
  ),
);
