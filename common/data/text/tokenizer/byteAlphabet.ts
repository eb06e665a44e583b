/**
 * GPT-2's alphabet of 256 printable characters, one a byte (openai/gpt-2, src/encoder.py, bytes_to_unicode): bytes that print stand for
 * themselves, the others for U+0100 and following.
 */
const printable = (byte: number) =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);

const characters: string[] = [];
let next = 256;
for (let byte = 0; byte < 256; byte++) characters.push(String.fromCharCode(printable(byte) ? byte : next++));

/** The character of each byte. */
export const byteAlphabet: readonly string[] = characters;

/** The byte of a character of the alphabet. */
export const byteOfCharacter: ReadonlyMap<string, number> = new Map(characters.map((c, byte) => [c, byte]));

const encoder = new TextEncoder();
const scratch = new Uint8Array(4096);

/** A text's UTF-8 bytes, each written as its character of the alphabet. */
export function toByteCharacters(text: string): string {
  // Most words are short: no array is made for them.
  const bytes =
    text.length * 3 <= scratch.length
      ? scratch.subarray(0, encoder.encodeInto(text, scratch).written)
      : encoder.encode(text);
  let out = '';
  for (let i = 0; i < bytes.length; i++) out += characters[bytes[i]!];
  return out;
}
