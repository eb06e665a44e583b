import { createHmac, timingSafeEqual } from 'node:crypto';
import { InvalidMessage } from './invalidMessage.js';

/** So many signatures are remembered to tell a message that comes again. */
const MEMORY = 65_536;

/** Signs messages by HMAC-SHA256 of their four JSON parts, and checks those that come. An empty key signs nothing and takes everything. */
export class Signer {
  readonly #key: string;
  #seen = new Set<string>();

  constructor(key: string) {
    this.#key = key;
  }

  sign(parts: readonly Uint8Array[]): string {
    if (this.#key === '') return '';
    const hash = createHmac('sha256', this.#key);
    for (const part of parts) hash.update(part);
    return hash.digest('hex');
  }

  /** Throws InvalidMessage where the signature is another or has been seen before: a recorded message cannot be sent again. */
  check(signature: Buffer, parts: readonly Uint8Array[]): void {
    if (this.#key === '') return;
    const expected = Buffer.from(this.sign(parts));
    if (expected.length !== signature.length || !timingSafeEqual(expected, signature))
      throw new InvalidMessage('a message whose signature does not fit');
    const text = signature.toString();
    if (this.#seen.has(text)) throw new InvalidMessage('a message that has come before');
    this.#seen.add(text);
    // The older half is forgotten: a Set keeps the order of insertion.
    if (this.#seen.size > MEMORY) this.#seen = new Set([...this.#seen].slice(MEMORY / 2));
  }
}
