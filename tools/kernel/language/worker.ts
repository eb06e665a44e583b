import { createInterface } from 'node:readline';
import { startupSnapshot } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import type { Reply, Request, WorkerSettings } from './messages.js';
import { LanguageSession } from './session.js';

/**
 * The language worker: answers the requests of `startLanguage` one after the other. It runs as a worker thread, or as a
 * process that starts from a snapshot of V8's heap in which all that it needs is parsed already (see workerFiles.ts).
 */
function main(): void {
  if (startupSnapshot.isBuildingSnapshot()) {
    prepareSnapshot();
    return;
  }
  const port = parentPort;
  if (!port) throw new Error('The language worker runs as a worker thread or from a snapshot.');
  const settings: WorkerSettings = workerData;
  const session = new LanguageSession(settings);
  const answerTo = answering(session, (reply) => port.postMessage(reply));
  port.on('message', answerTo);
  session.warmUp([]);
}

/** While a snapshot is made: everything is done that does not depend on the notebook. */
function prepareSnapshot(): void {
  const settings: WorkerSettings = JSON.parse(process.env.ATELIER_LANGUAGE ?? '');
  const preload: string[] = JSON.parse(process.env.ATELIER_PRELOAD ?? '[]');
  const session = new LanguageSession(settings);
  session.warmUp(preload);
  startupSnapshot.setDeserializeMainFunction(() => {
    const present: WorkerSettings = JSON.parse(process.env.ATELIER_LANGUAGE ?? '');
    session.moveTo(present);
    const answerTo = answering(session, (reply) => process.stdout.write(`${JSON.stringify(reply)}\n`));
    createInterface({ input: process.stdin }).on('line', (line) => answerTo(JSON.parse(line)));
  });
}

function answering(session: LanguageSession, send: (reply: Reply) => void): (request: Request) => void {
  return (request) => {
    let reply: Reply;
    try {
      reply = { id: request.id, answer: answer(session, request) };
    } catch (error) {
      reply = { id: request.id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    send(reply);
    session.finish();
  };
}

function answer(session: LanguageSession, request: Request): unknown {
  switch (request.name) {
    case 'ready':
      return undefined;
    case 'compile':
      return session.compile(...request.arguments);
    case 'commit':
      return session.commit(...request.arguments);
    case 'reset':
      return session.reset();
    case 'state':
      return session.state();
    case 'restore':
      return session.restore(...request.arguments);
    case 'complete':
      return session.complete(...request.arguments);
    case 'inspect':
      return session.inspect(...request.arguments);
    case 'isComplete':
      return session.isComplete(...request.arguments);
  }
}

main();
