/** Bytes that are no message of this protocol, or not from whom they claim to be. */
export class InvalidMessage extends Error {
  override name = 'InvalidMessage';
}
