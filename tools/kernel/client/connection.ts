import { randomUUID } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a connection file says (Jupyter's form). */
export type ConnectionInfo = {
  transport: 'tcp';
  ip: string;
  shell_port: number;
  iopub_port: number;
  stdin_port: number;
  control_port: number;
  hb_port: number;
  key: string;
  signature_scheme: 'hmac-sha256';
  kernel_name: string;
};

/** Five free ports of 127.0.0.1 and a fresh key. Another program may take a port before the kernel does: then it ends, and one starts again. */
export async function newConnection(kernelName = 'atelier'): Promise<ConnectionInfo> {
  const [shell_port = 0, iopub_port = 0, stdin_port = 0, control_port = 0, hb_port = 0] = await freePorts(5);
  return {
    transport: 'tcp',
    ip: '127.0.0.1',
    shell_port,
    iopub_port,
    stdin_port,
    control_port,
    hb_port,
    key: randomUUID(),
    signature_scheme: 'hmac-sha256',
    kernel_name: kernelName,
  };
}

/** Writes the connection file into a new temporary folder; only its owner may read it, for it holds the key. */
export async function writeConnectionFile(info: ConnectionInfo): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'atelier-kernel-')), 'connection.json');
  await writeFile(path, JSON.stringify(info, undefined, 1), { mode: 0o600 });
  return path;
}

/** All are open at once, so that no port is given twice. */
async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  const ports: number[] = [];
  for (let i = 0; i < count; i++) {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    servers.push(server);
    const address = server.address();
    if (address && typeof address === 'object') ports.push(address.port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
