const mirrorPad = {
  'mirrorPad grad':
    "expects tfjs's gradient, which drops what the mirrored border shows; ours is the derivative, checked against central differences",
  'mirrorPad gradient with clones': 'the same as «mirrorPad grad»',
};

/** Specs that cannot pass on a backend: full name (without the backend's own suffix) → why, as a fact about the two. */
export const exclusions: Record<string, Record<string, string>> = {
  // Our gradients hold on every backend.
  cpu: mirrorPad,
  onnx: {
    ...mirrorPad,
    'avgPool gradient x=[3,3,1] f=[3,3] s=1 p=explicit':
      "expects dy divided by the whole window, though tfjs's forward divides by the cells inside the image; ours is the derivative of the forward",
    'depthwiseConv2d gradients throws error on dilations > 1':
      'expects that a dilated depthwise convolution has no gradient; here it has one, checked against central differences',
    'exp int32':
      'wants e^10 within 0.001, half a unit in the last place of float32 there (0.00195); ONNX Runtime computes exp to one unit',
    'tan numbers exceed float32 precision':
      'wants tan(−470910674) = 30144.1758 within 0.001, half a unit in the last place of float32 there; ONNX Runtime computes tan to one unit',
  },
};
