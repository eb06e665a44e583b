import { createInterface } from 'node:readline';
import { startupSnapshot } from 'node:v8';
import type { Reply, Request, WorkerSettings } from './messages.js';
import { LanguageSession } from './session.js';

/**
 * The language worker: answers the requests of `startLanguage` one after the other, as lines of JSON. It is a process
 * that runs this script, or that starts from a snapshot of V8's heap in which all that it needs is parsed already (see
 * workerFiles.ts).
 */
function main(): void {
  const session = new LanguageSession(readSettings());
  if (!startupSnapshot.isBuildingSnapshot()) {
    serve(session);
    session.warmUp([]);
    return;
  }
  // Everything is done that does not depend on the notebook.
  const preload: string[] = JSON.parse(process.env.ATELIER_PRELOAD ?? '[]');
  session.warmUp(preload);
  startupSnapshot.setDeserializeMainFunction(() => {
    session.moveTo(readSettings());
    serve(session);
  });
}

function readSettings(): WorkerSettings {
  return JSON.parse(process.env.ATELIER_LANGUAGE ?? '');
}

function serve(session: LanguageSession): void {
  const answerTo = answering(session, (reply) => process.stdout.write(`${JSON.stringify(reply)}\n`));
  createInterface({ input: process.stdin }).on('line', (line) => answerTo(JSON.parse(line)));
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
