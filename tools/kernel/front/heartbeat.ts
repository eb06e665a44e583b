import { Router } from 'zeromq';
import { addressOf, type Connection } from '../wire/index.js';

/** Echoes whatever comes, at once: the front never runs code of cells, so a busy cell does not silence it. Returns what ends it. */
export async function startHeartbeat(connection: Connection): Promise<() => void> {
  const socket = new Router({ linger: 0 });
  await socket.bind(addressOf(connection, connection.hb_port));
  const echo = async () => {
    while (!socket.closed) {
      try {
        await socket.send(await socket.receive());
      } catch {
        // A client that is gone, or the socket was closed.
      }
    }
  };
  void echo();
  return () => socket.close();
}
