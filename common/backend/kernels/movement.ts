import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import { add, cast, table as constant, gather, reshape, transpose } from './expressions.js';
import { segmentSumKernel } from './names.js';
import { kernel } from './register.js';

const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

kernel<{ x: TensorInfo }, core.TransposeAttrs>(core.Transpose, ({ x }, { perm }, k) =>
  k.tensor(k.apply('Transpose', [k.value(x)], { perm: [...perm] })),
);

kernel<core.NamedTensorInfoMap, core.ConcatAttrs>(core.Concat, (inputs, { axis }, k) => {
  const all = Object.values(inputs).filter((info) => info !== undefined);
  const shapes = all.map(({ shape }) => [...shape]);
  const place = axisOf(axis, shapes[0]?.length ?? 0);
  core.backend_util.assertParamsConsistent(shapes, place);
  const full = all.filter(({ shape }) => core.util.sizeFromShape(shape) > 0);
  const chosen = full.length > 0 ? full : all;
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
  const [first] = all;
  for (const info of all) {
    core.util.assertShapesMatch(
      info.shape,
      first?.shape ?? [],
      'All tensors passed to stack must have matching shapes: ',
    );
    if (info.dtype !== first?.dtype)
      throw new Error(`All tensors passed to stack must have matching dtypes, not ${first?.dtype} and ${info.dtype}`);
  }
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
  // prepareSplitSize only looks at the shape, which a description has too.
  const whole = core.backend_util.prepareSplitSize(x as core.Tensor, numOrSizeSplits, place);
  return k.node('Split', [k.value(x)], { axis: place, sizes: whole }).map((part) => k.tensor(part));
});

kernel<{ x: TensorInfo }, core.SliceAttrs>(core.Slice, ({ x }, { begin, size }, k) => {
  // Both only look at the shape, which a description has too.
  const [starts, lengths] = core.slice_util.parseSliceParams(x as core.Tensor, begin, size) as [number[], number[]];
  core.slice_util.assertParamsValid(x as core.Tensor, starts, lengths);
  const ends = starts.map((start, i) => start + (lengths[i] ?? 0));
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
  ({ x, indices }, { axis, batchDims = 0 }, k) => {
    const place = axisOf(axis, x.shape.length);
    const length = x.shape[place] ?? 0;
    // What is in memory is checked here, what is computed by ONNX Runtime.
    for (const index of k.known(indices) ?? [])
      if (index < 0 || index >= length)
        throw new Error(`GatherV2: the index value ${index} is not in [0, ${length - 1}]`);
    const source = k.value(x);
    const places = cast(k, k.value(indices), 'int32');
    if (batchDims === 0) return k.tensor(gather(k, source, places, place));
    const info = core.backend_util.segment_util.collectGatherOpShapeInfo(
      x as core.Tensor,
      indices as core.Tensor,
      place,
      batchDims,
    );
    const { batchSize, outerSize, dimSize, sliceSize } = info;
    // All rows in one table, the batch's own table after those of the batches before it.
    const table = transpose(k, reshape(k, source, [batchSize, outerSize, dimSize, sliceSize]), [0, 2, 1, 3]);
    const flat = reshape(k, places, [batchSize, core.util.sizeFromShape(indices.shape) / batchSize]);
    const starts = Int32Array.from({ length: batchSize }, (_, i) => i * dimSize);
    const rows = add(
      k,
      flat,
      constant(k, `starts ${batchSize} ${dimSize}`, [batchSize, 1], () => starts),
    );
    const found = gather(k, reshape(k, table, [batchSize * dimSize, outerSize, sliceSize]), rows, 0);
    return k.tensor(reshape(k, transpose(k, found, [0, 2, 1, 3]), info.outputShape));
  },
);

const segmentSum = (name: string, valid: boolean) => {
  kernel<{ x: TensorInfo; segmentIds: TensorInfo }, core.UnsortedSegmentSumAttrs>(
    name,
    ({ x, segmentIds }, { numSegments }, k) =>
      k.tensor(k.apply('SegmentSum', [k.value(x), k.value(segmentIds)], { count: numSegments, valid })),
  );
};
segmentSum(core.UnsortedSegmentSum, false);
segmentSum(segmentSumKernel, true);

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
