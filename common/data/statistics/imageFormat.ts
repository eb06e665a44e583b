/** The first bytes of the image formats that occur in data sets. */
const signatures: readonly (readonly [name: string, pattern: readonly (number | undefined)[]])[] = [
  ['png', [0x89, 0x50, 0x4e, 0x47]],
  ['jpeg', [0xff, 0xd8, 0xff]],
  ['gif', [0x47, 0x49, 0x46, 0x38]],
  ['webp', [0x52, 0x49, 0x46, 0x46, undefined, undefined, undefined, undefined, 0x57, 0x45, 0x42, 0x50]],
  ['avif', [undefined, undefined, undefined, undefined, 0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69]],
  ['heif', [undefined, undefined, undefined, undefined, 0x66, 0x74, 0x79, 0x70]],
  ['tiff', [0x49, 0x49, 0x2a, 0x00]],
  ['tiff', [0x4d, 0x4d, 0x00, 0x2a]],
  ['bmp', [0x42, 0x4d]],
  ['jpeg 2000', [0x00, 0x00, 0x00, 0x0c, 0x6a, 0x50]],
];

/** The format of an image file by its first bytes, whatever its name says; `unknown` where it is none of those. */
export function imageFormat(bytes: Uint8Array): string {
  const found = signatures.find(([, pattern]) => pattern.every((byte, i) => byte === undefined || byte === bytes[i]));
  return found?.[0] ?? 'unknown';
}
