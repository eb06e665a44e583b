import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { isRecord } from 'common/utils';

/** The sockets of a kernel that carry messages. */
export type Channel = 'shell' | 'control' | 'stdin' | 'iopub';

export type Header = {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
};

/** A message as it came or is to be sent (Jupyter's messaging protocol 5.4). */
export type Message = {
  channel: Channel;
  header: Header;
  /** The header of the request that this message answers; empty where there is none. */
  parent: Partial<Header>;
  metadata: Record<string, unknown>;
  content: Record<string, unknown>;
  buffers: Uint8Array[];
};

const delimiter = Buffer.from('<IDS|MSG>');

/** A header with a new id and the present time. */
export function newHeader(type: string, session: string): Header {
  const date = new Date().toISOString();
  return { msg_id: randomUUID(), msg_type: type, session, username: 'atelier', date, version: '5.4' };
}

/** The frames of a message, signed by HMAC-SHA256 with `key`; an empty key signs nothing. */
export function pack(message: Omit<Message, 'channel'>, key: string): Buffer[] {
  const parts = [message.header, message.parent, message.metadata, message.content].map((part) =>
    Buffer.from(JSON.stringify(part)),
  );
  return [delimiter, Buffer.from(signature(parts, key)), ...parts, ...message.buffers.map((part) => Buffer.from(part))];
}

/**
 * Reads frames. Throws an Error that says what is wrong where they are no message or their signature does not fit: a client takes
 * neither from a kernel.
 */
export function unpack(frames: readonly Buffer[], key: string, channel: Channel): Message {
  const start = frames.findIndex((frame) => frame.equals(delimiter));
  const [signed, header, parent, metadata, content, ...buffers] = frames.slice(start + 1);
  if (start < 0 || !signed || !header || !parent || !metadata || !content)
    throw new Error(`${channel}: ${frames.length} frames that are no Jupyter message`);
  const expected = Buffer.from(signature([header, parent, metadata, content], key));
  if (expected.length !== signed.length || !timingSafeEqual(expected, signed))
    throw new Error(`${channel}: a message whose signature does not fit`);
  const read = (part: Buffer): Record<string, unknown> => {
    const value: unknown = JSON.parse(part.toString());
    if (!isRecord(value)) throw new Error(`${channel}: a message with a part that is no JSON object`);
    return value;
  };
  const head = read(header);
  return {
    channel,
    header: {
      msg_id: text(head, 'msg_id'),
      msg_type: text(head, 'msg_type'),
      session: text(head, 'session'),
      username: text(head, 'username'),
      date: text(head, 'date'),
      version: text(head, 'version'),
    },
    parent: read(parent),
    metadata: read(metadata),
    content: read(content),
    buffers,
  };
}

function signature(parts: readonly Buffer[], key: string): string {
  if (key === '') return '';
  const hash = createHmac('sha256', key);
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function text(header: Record<string, unknown>, name: string): string {
  const value = header[name];
  if (typeof value !== 'string') throw new Error(`a message whose header has no ${name}`);
  return value;
}
