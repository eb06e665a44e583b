import { UserError } from '../../../utils/index.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * SentencePiece's precompiled character map: a double-array trie (Darts) from byte sequences to places in a table of replacements
 * (rust: spm_precompiled; C++: sentencepiece, normalizer.cc). Applied to each grapheme of fewer than six bytes, else to its characters.
 *
 * @throws UserError for a map that is cut or points outside itself.
 */
export function precompiledMap(base64: string): (text: string) => string {
  const bytes = Buffer.from(base64, 'base64');
  const size = bytes.length < 4 ? 0 : bytes.readUInt32LE(0);
  if (size === 0 || size % 4 !== 0 || 4 + size > bytes.length)
    throw new UserError('normalizer.precompiled_charsmap is cut or is not a character map of SentencePiece');
  const units = new Uint32Array(size / 4);
  for (let i = 0; i < units.length; i++) units[i] = bytes.readUInt32LE(4 + 4 * i);
  const table = bytes.subarray(4 + size);
  const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
  const known = new Map<string, string | undefined>();

  const replacement = (part: string): string | undefined => {
    if (known.has(part)) return known.get(part);
    const place = shortestPrefix(units, encoder.encode(part));
    let value: string | undefined;
    if (place !== undefined && place <= table.length) {
      const end = table.indexOf(0, place);
      value = decoder.decode(table.subarray(place, end < 0 ? table.length : end));
    }
    if (known.size > 50_000) known.clear();
    known.set(part, value);
    return value;
  };

  return (text) => {
    let out = '';
    for (const { segment } of segmenter.segment(text)) {
      const whole = Buffer.byteLength(segment) < 6 ? replacement(segment) : undefined;
      if (whole !== undefined) out += whole;
      else for (const character of segment) out += replacement(character) ?? character;
    }
    return out;
  };
}

/** The value of the shortest key that begins the bytes (spm_precompiled takes the first result of its search). */
function shortestPrefix(units: Uint32Array, key: Uint8Array): number | undefined {
  const offset = (unit: number) => (unit >>> 10) << ((unit & (1 << 9)) >>> 6);
  let position = offset(units[0]!);
  for (const byte of key) {
    if (byte === 0) return undefined;
    position ^= byte;
    const unit = units[position];
    // A label also carries the highest bit where the unit is a value.
    if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return undefined;
    position ^= offset(unit);
    if (((unit >>> 8) & 1) === 1) {
      const value = units[position];
      return value === undefined ? undefined : value & 0x7fffffff;
    }
  }
  return undefined;
}
