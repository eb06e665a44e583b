import { randomUUID } from 'node:crypto';
import { isRecord } from 'common/utils';
import { InvalidMessage } from './invalidMessage.js';
import type { Signer } from './signer.js';

/** The version of Jupyter's messaging protocol that this kernel speaks. */
export const protocolVersion = '5.4';

export type Header = {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
};

/** A request as it came from a client. */
export type Request = {
  /** The routing frames in front of the message: the reply takes the same way. */
  identities: Buffer[];
  header: Header;
  /** The header's bytes: messages that answer it carry them unchanged. */
  headerJson: string;
  parent: Record<string, unknown>;
  metadata: Record<string, unknown>;
  content: Record<string, unknown>;
  buffers: Buffer[];
};

/** A message on its way out. Its JSON parts are written where they arise: an output of 100 MB is not parsed again in between. */
export type Outgoing = {
  type: string;
  /** The JSON of the parent's header; `{}` where nobody asked. */
  parent: string;
  content: string;
  metadata?: string;
  buffers?: readonly Uint8Array[];
};

const delimiter = Buffer.from('<IDS|MSG>');

/**
 * Reads the frames of a message and checks its signature. Throws InvalidMessage where they are no message, the signature does not
 * fit, or the same message has come before.
 */
export function readMessage(frames: readonly Buffer[], signer: Signer): Request {
  const start = frames.findIndex((frame) => frame.equals(delimiter));
  const [signature, header, parent, metadata, content, ...buffers] = frames.slice(start + 1);
  if (start < 0 || !signature || !header || !parent || !metadata || !content)
    throw new InvalidMessage(`${frames.length} frames that are no Jupyter message`);
  signer.check(signature, [header, parent, metadata, content]);
  return {
    identities: frames.slice(0, start),
    header: readHeader(readPart(header, 'header')),
    headerJson: header.toString(),
    parent: readPart(parent, 'parent header'),
    metadata: readPart(metadata, 'metadata'),
    content: readPart(content, 'content'),
    buffers,
  };
}

function readPart(bytes: Buffer, name: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    throw new InvalidMessage(`a message whose ${name} is no JSON`);
  }
  if (!isRecord(value)) throw new InvalidMessage(`a message whose ${name} is no JSON object`);
  return value;
}

function readHeader(header: Record<string, unknown>): Header {
  const text = (name: string, otherwise?: string): string => {
    const value = header[name] ?? otherwise;
    if (typeof value !== 'string') throw new InvalidMessage(`a message whose header has no ${name}`);
    return value;
  };
  return {
    msg_id: text('msg_id'),
    msg_type: text('msg_type'),
    session: text('session', ''),
    username: text('username', ''),
    date: text('date', ''),
    version: text('version', protocolVersion),
  };
}

/** Writes the frames of a message, signed. `session` is the kernel's. */
export function writeMessage(message: Outgoing, session: string, signer: Signer): Buffer[] {
  const header = {
    msg_id: randomUUID(),
    msg_type: message.type,
    session,
    username: 'kernel',
    date: new Date().toISOString(),
    version: protocolVersion,
  };
  const parts = [JSON.stringify(header), message.parent, message.metadata ?? '{}', message.content].map((part) =>
    Buffer.from(part),
  );
  const buffers = (message.buffers ?? []).map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength));
  return [delimiter, Buffer.from(signer.sign(parts)), ...parts, ...buffers];
}
