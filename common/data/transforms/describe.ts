import type { Transform } from './table.js';

/** One transform as a line, e.g. `randomCrop(size=null, padding=4, mode=reflect, fill=[0])`; a multi-crop has a line more for each kind of view. */
export function describeTransform(transform: Transform): string {
  if (transform.name === 'multiCrop') {
    const crops = transform.crops.map(({ count, transforms }) => `  ${count} × ${describeTransforms(transforms)}`);
    return ['multiCrop', ...crops].join('\n');
  }
  const { name, ...parameters } = transform;
  const list = Object.entries(parameters).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${name}(${list.join(', ')})`;
}

/** All on one line, for logs: `randomCrop(…) → flip(p=0.5, direction=horizontal) → normalize(mean=[0.5], std=[0.25])`. */
export function describeTransforms(transforms: readonly Transform[]): string {
  return transforms.map(describeTransform).join(' → ');
}
