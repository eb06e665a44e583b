import { describe, expect, it } from 'vitest';
import { apply, Graph, inputValue, makeNode, type Value } from '../graph.js';
import { infer } from '../infer.js';
import { printModel } from '../testing/printModel.js';
import { lowerGraph, lowerRules } from './index.js';

// Nothing is run here: the ONNX file is read back as text.
const lowered = (inputs: readonly Value[], ...outputs: Value[]) =>
  printModel(
    lowerGraph(new Graph(inputs, outputs), {
      inputNames: inputs.map((_, i) => `in${i}`),
      outputNames: outputs.map((_, i) => `out${i}`),
    }),
  );
const float = (...shape: number[]) => inputValue(shape, 'float32');
const window = { kernel: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1] } as const;

describe('lowering', () => {
  it('has a rule for every operator that has a type', () => {
    expect(Object.keys(lowerRules).sort()).toEqual(Object.keys(infer).sort());
  });

  it('names inputs and outputs, and copies what is passed through or returned twice', () => {
    const x = float(2);
    const y = apply('Exp', [x], {});
    expect(lowered([x], y, x, y)).toMatchInlineSnapshot(`
      "(in0: float[2])
        out0 = Exp(in0)
        out1 = Identity(in0)
        out2 = Identity(out0)
        return out0: float[2], out1: float[2], out2: float[2]"
    `);
  });

  it('writes products as MatMul, Gemm and FusedMatMul', () => {
    const [a, b, stack] = [float(4, 3), float(5, 3), float(7, 3, 4)];
    const outputs = [
      apply('MatMul', [a, b], { transA: false, transB: true, alpha: 0.5 }),
      apply('MatMul', [stack, stack], { transA: true, transB: false, alpha: 2 }),
      apply('MatMul', [stack, a], { transA: false, transB: false, alpha: 1 }),
      apply('Gemm', [a, b, float(5)], { transA: false, transB: true, alpha: 1 }),
    ];
    expect(lowered([a, b, stack, outputs[3]?.node.inputs[2] ?? a], ...outputs)).toMatchInlineSnapshot(`
      "(in0: float[4,3], in1: float[5,3], in2: float[7,3,4], in3: float[5])
        out0 = Gemm(in0, in1) transA=0 transB=1 alpha=0.5
        out1 = com.microsoft.FusedMatMul(in2, in2) transA=1 transB=0 alpha=2
        out2 = MatMul(in2, in0)
        out3 = Gemm(in0, in1, in3) transA=0 transB=1 alpha=1
        return out0: float[4,5], out1: float[7,4,4], out2: float[7,3,3], out3: float[4,5]"
    `);
  });

  it('writes the gradient of a ReLU without Where and Sign', () => {
    const x = float(3);
    expect(lowered([x], apply('Step', [x], { alpha: 0 }))).toMatchInlineSnapshot(`
      "(in0: float[3])
        Greater_1 = Greater(in0, float[]{0})
        out0 = Cast(Greater_1) to=1
        return out0: float[3]"
    `);
  });

  it('writes a convolution and both of its gradients', () => {
    const [x, w, dy] = [float(2, 3, 16, 16), float(4, 3, 3, 3), float(2, 4, 16, 16)];
    expect(lowered([x, w], apply('Conv', [x, w], { ...window, groups: 1 }))).toMatchInlineSnapshot(`
      "(in0: float[2,3,16,16], in1: float[4,3,3,3])
        out0 = Conv(in0, in1) kernel_shape=[3,3] strides=[1,1] pads=[1,1,1,1] dilations=[1,1] group=1
        return out0: float[2,4,16,16]"
    `);
    const dx = apply('ConvInputGrad', [dy, w], { ...window, inputShape: [2, 3, 16, 16] });
    const text = lowered([dy, w], dx);
    expect(text).toContain('Conv(');
    expect(text).not.toContain('ConvTranspose');
    const dw = lowered([x, dy], apply('ConvFilterGrad', [x, dy], window));
    expect(dw.match(/Slice\(/g)?.length).toBe(9);
    expect(dw).not.toContain('Conv(');
  });

  it('uses ConvTranspose for strides', () => {
    const [dy, w] = [float(2, 4, 8, 8), float(4, 3, 3, 3)];
    const attrs = { ...window, strides: [2, 2], inputShape: [2, 3, 16, 16] } as const;
    expect(lowered([dy, w], apply('ConvInputGrad', [dy, w], attrs))).toMatchInlineSnapshot(`
      "(in0: float[2,4,8,8], in1: float[4,3,3,3])
        out0 = ConvTranspose(in0, in1) kernel_shape=[3,3] strides=[2,2] pads=[1,1,1,1] dilations=[1,1] output_padding=[1,1]
        return out0: float[2,3,16,16]"
    `);
  });

  it('writes norms whole', () => {
    const [x, weight, bias] = [float(5, 8), float(8), float(8)];
    const [y] = makeNode('LayerNorm', [x, weight, bias], { eps: 1e-6 }).outputs;
    expect(lowered([x, weight, bias], y ?? x)).toMatchInlineSnapshot(`
      "(in0: float[5,8], in1: float[8], in2: float[8])
        out0, LayerNormalization_1, LayerNormalization_2 = LayerNormalization(in0, in1, in2) axis=-1 epsilon=9.999999974752427e-7
        return out0: float[5,8]"
    `);
  });

  it('writes batch norm with given statistics as one operator', () => {
    const [x, weight, bias, mean, variance] = [float(5, 8, 2, 2), float(8), float(8), float(8), float(8)];
    const inputs = [x, weight, bias, mean, variance];
    expect(lowered(inputs, ...makeNode('BatchNorm', inputs, { eps: 0.5 }).outputs)).toMatchInlineSnapshot(`
      "(in0: float[5,8,2,2], in1: float[8], in2: float[8], in3: float[8], in4: float[8])
        out0 = BatchNormalization(in0, in1, in2, in3, in4) epsilon=0.5
        return out0: float[5,8,2,2]"
    `);
  });

  it('writes batch norm with the statistics of the batch', () => {
    const [x, weight, bias] = [float(5, 8, 2, 2), float(8), float(8)];
    expect(
      lowered([x, weight, bias], ...makeNode('BatchNormTraining', [x, weight, bias], { eps: 0.5 }).outputs),
    ).toMatchInlineSnapshot(`
      "(in0: float[5,8,2,2], in1: float[8], in2: float[8])
        Mul_1 = Mul(in1, float[]{0})
        Mul_2 = Mul(in2, float[]{0})
        out0, out1, out2 = BatchNormalization(in0, in1, in2, Mul_1, Mul_2) epsilon=0.5 momentum=0 training_mode=1
        return out0: float[5,8,2,2], out1: float[8], out2: float[8]"
    `);
  });

  it('writes cross-entropy over log-probabilities', () => {
    const [logits, targets] = [float(5, 8), float(5, 8)];
    expect(
      lowered([logits, targets], ...makeNode('SoftmaxCrossEntropy', [logits, targets], {}).outputs),
    ).toMatchInlineSnapshot(`
      "(in0: float[5,8], in1: float[5,8])
        LogSoftmax_0 = LogSoftmax(in0) axis=-1
        Mul_1 = Mul(in1, LogSoftmax_0)
        ReduceSum_3 = ReduceSum(Mul_1, int64[1]{-1}) keepdims=0
        out0 = Neg(ReduceSum_3)
        out1 = Exp(LogSoftmax_0)
        return out0: float[5], out1: float[5,8]"
    `);
  });

  it('adds gradients up where windows of a maximum overlap, and puts them back where they do not', () => {
    const pooled = (kernel: readonly [number, number], strides: readonly [number, number]) => {
      const attrs = { kernel, strides, pads: [0, 0, 0, 0], dilations: [1, 1] } as const;
      const x = float(1, 1, 4, 4);
      const [y, places] = makeNode('MaxPool', [x], attrs).outputs;
      if (y === undefined || places === undefined) throw new Error('a maximum has its value and its place');
      return lowered([x], apply('MaxPoolGrad', [y, x, places], attrs));
    };
    expect(pooled([2, 2], [2, 2])).toMatchInlineSnapshot(`
      "(in0: float[1,1,4,4])
        MaxPool_0, MaxPool_1 = MaxPool(in0) kernel_shape=[2,2] strides=[2,2] pads=[0,0,0,0] dilations=[1,1]
        out0 = MaxUnpool(MaxPool_0, MaxPool_1, int64[4]{1 1 4 4}) kernel_shape=[2,2] strides=[2,2] pads=[0,0,0,0]
        return out0: float[1,1,4,4]"
    `);
    expect(pooled([3, 3], [1, 1])).toContain('ScatterElements');
  });

  it('writes classes as a comparison', () => {
    const labels = inputValue([4], 'int32');
    const on = apply('OneHot', [labels], { depth: 3, on: 1, off: 0, dtype: 'float32' });
    expect(lowered([labels], on)).toMatchInlineSnapshot(`
      "(in0: int32[4])
        Unsqueeze_2 = Unsqueeze(in0, int64[1]{-1})
        Equal_3 = Equal(Unsqueeze_2, int32[3]{0 1 2})
        out0 = Cast(Equal_3) to=1
        return out0: float[4,3]"
    `);
  });

  it('names every node after its operator and place', () => {
    const x = float(2);
    const graph = new Graph([x], [apply('Neg', [apply('Rsqrt', [x], {})], {})]);
    const bytes = lowerGraph(graph, { inputNames: ['x'], outputNames: ['y'] });
    const text = Buffer.from(bytes).toString('latin1');
    for (const name of ['Rsqrt.1/Sqrt_0', 'Rsqrt.1/Reciprocal_1', 'Neg.2/Neg_2']) expect(text).toContain(name);
  });

  it('writes fills and constants as data of the file', () => {
    const fill = apply('Fill', [], { shape: [2, 2], dtype: 'float32', value: 0.5 });
    const constant = apply('Constant', [], { shape: [3], dtype: 'int32', data: Int32Array.of(1, -2, 3) });
    expect(lowered([], fill, constant)).toMatchInlineSnapshot(`
      "()
        out0 = Expand(float[]{0.5}, int64[2]{2 2})
        out1 = Identity(int32[3]{1 -2 3})
        return out0: float[2,2], out1: int32[3]"
    `);
  });

  it('draws random numbers with whole-number operators only, from a key that is an input', () => {
    const key = inputValue([], 'int32');
    const text = lowered([key], apply('RandomUniform', [key], { shape: [4], salt: -7 }));
    const operators = new Set([...text.matchAll(/= (\w+)\(/g)].map(([, op]) => op));
    expect([...operators].sort()).toEqual(['Add', 'BitShift', 'BitwiseXor', 'Cast', 'Mul', 'Range', 'Reshape']);
    expect(text).toContain('uint32[]{4294967289}');
  });

  it('computes lengths that follow a free batch axis', () => {
    const image = float(100_003, 2, 3);
    const flat = apply('Reshape', [image], { shape: [200_006, 3] });
    const wide = apply('Expand', [float(1, 3)], { shape: [100_003, 3] });
    const row = wide.node.inputs[0] ?? image;
    const text = printModel(
      lowerGraph(new Graph([image, row], [flat, wide]), {
        inputNames: ['image', 'row'],
        outputNames: ['flat', 'wide'],
        free: [{ name: 'batch', size: 100_003, input: 'image', axis: 0 }],
      }),
    );
    expect(text).toMatchInlineSnapshot(`
      "(image: float[batch,2,3], row: float[1,3])
        flat = Reshape(image, int64[2]{-1 3})
        Shape_2 = Shape(image) start=0 end=1
        Concat_4 = Concat(Shape_2, int64[1]{3}) axis=0
        wide = Expand(row, Concat_4)
        return flat: float[batch*2,3], wide: float[batch,3]"
    `);
    expect(text).not.toContain('100003');
  });
});
