import { UserError } from '../utils/index.js';

const reasons: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would exceed the size limit',
  EROFS: 'the disk is read-only',
  EACCES: 'there is no permission to write there',
  EPERM: 'there is no permission to write there',
};

/** Why a file could not be written, for a person; undefined where the error is of another kind. */
export function writeErrorReason(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return undefined;
  return reasons[error.code];
}

/** Does what writes into a folder; what the file system refuses becomes a message. */
export async function toldWhereRefused<T>(folder: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const reason = writeErrorReason(error);
    throw reason === undefined ? error : new UserError(`Cannot write to ${folder}: ${reason}.`);
  }
}
