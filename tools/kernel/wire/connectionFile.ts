import { readFile } from 'node:fs/promises';
import { isRecord, messageOf, UserError } from 'common/utils';

/** What a kernel is told of its sockets by whoever starts it. */
export type Connection = {
  transport: string;
  ip: string;
  shell_port: number;
  control_port: number;
  iopub_port: number;
  stdin_port: number;
  hb_port: number;
  /** Empty where messages are not signed. */
  key: string;
};

const ports = ['shell_port', 'control_port', 'iopub_port', 'stdin_port', 'hb_port'] as const;

/** Reads a connection file; a UserError says what is missing in it. */
export async function readConnectionFile(path: string): Promise<Connection> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new UserError(`${path}: this is no connection file (${messageOf(error)})`);
  }
  if (!isRecord(content)) throw new UserError(`${path}: this is no connection file`);
  const { transport = 'tcp', ip = '127.0.0.1', key = '', signature_scheme: scheme = 'hmac-sha256' } = content;
  if (typeof transport !== 'string' || typeof ip !== 'string' || typeof key !== 'string')
    throw new UserError(`${path}: transport, ip and key must be strings`);
  if (scheme !== 'hmac-sha256') throw new UserError(`${path}: messages are signed by hmac-sha256, not by ${scheme}`);
  const connection: Connection = {
    transport,
    ip,
    key,
    shell_port: 0,
    control_port: 0,
    iopub_port: 0,
    stdin_port: 0,
    hb_port: 0,
  };
  for (const name of ports) {
    const port = content[name];
    if (typeof port !== 'number') throw new UserError(`${path}: ${name} is missing`);
    connection[name] = port;
  }
  return connection;
}

/** The address that a socket of this connection binds to. */
export function addressOf({ transport, ip }: Connection, port: number): string {
  return transport === 'ipc' ? `ipc://${ip}-${port}` : `${transport}://${ip}:${port}`;
}
