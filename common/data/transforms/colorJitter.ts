import type { Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { shuffled } from './distributions.js';
import { brightnessLookup, contrastLookup, saturate } from './enhance.js';
import { shiftHue } from './hue.js';
import { applyLookup, chainLookups, type Lookup } from './lookup.js';
import { type Memory, newMemory } from './memory.js';
import type { Seen } from './step.js';

/** A number v means the range 1 − v … 1 + v (not below 0), for the hue −v … v; or the range itself. */
export type JitterRange = number | readonly [low: number, high: number];

/** Random brightness, contrast, saturation and hue in random order (torchvision `ColorJitter`). Grey images have no saturation and no hue. */
export interface ColorJitter {
  name: 'colorJitter';
  /** How often. Default 1. */
  p: number;
  /** Default 0: not changed. */
  brightness: JitterRange;
  /** Default 0. */
  contrast: JitterRange;
  /** Default 0. */
  saturation: JitterRange;
  /** In turns of the circle, within −0.5 … 0.5. Default 0. */
  hue: JitterRange;
}

/** What is done, in this order; the factor 1 (the shift 0) changes nothing. */
export type ColorJitterParameters = readonly { change: ColorChange; factor: number }[];
export type ColorChange = 'brightness' | 'contrast' | 'saturation' | 'hue';

const changes = ['brightness', 'contrast', 'saturation', 'hue'] as const;

export function drawColorJitter(transform: ColorJitter, random: CounterRandom): ColorJitterParameters | undefined {
  if (random.uniform() >= transform.p) return undefined;
  const active = changes.filter((change) => transform[change] !== 0);
  return shuffled(active, random).map((change) => ({
    change,
    factor: random.uniform(...rangeOf(transform[change], change === 'hue' ? 0 : 1)),
  }));
}

function rangeOf(range: JitterRange, middle: 0 | 1): readonly [number, number] {
  if (typeof range !== 'number') return range;
  return [middle === 0 ? -range : Math.max(0, middle - range), middle + range];
}

export function applyColorJitter(image: Pixels, parameters: ColorJitterParameters, memory: Memory = newMemory): Pixels {
  const { image: current, table } = jitterSeen(image, parameters, memory);
  if (table === undefined) return current;
  return applyLookup(current, table, current === image ? memory : () => current.data);
}

/** Brightness and contrast are tables, which are not applied until a change needs the pixels; the last one is left to the caller. */
export function jitterSeen(image: Pixels, parameters: ColorJitterParameters, memory: Memory): Seen {
  const { height, width, channels } = image;
  let current = image;
  let table: Lookup | undefined;
  for (const { change, factor } of parameters) {
    if (change === 'brightness') table = chainLookups(table, brightnessLookup(factor));
    else if (change === 'contrast') table = chainLookups(table, contrastLookup(current, factor, table));
    else if (channels === 3) {
      const data = current === image ? memory(height * width * channels) : current.data;
      if (change === 'saturation') saturate(current, factor, data, table);
      else shiftHue(current, factor, data, table);
      current = { data, height, width, channels };
      table = undefined;
    }
  }
  return { image: current, table };
}
