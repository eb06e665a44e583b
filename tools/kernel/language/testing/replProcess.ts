import { type Runtime, Session } from 'node:inspector';
import { createImporter } from '../importer.js';

/** A child process of the tests that runs scripts as the kernel's executor does: in V8's REPL mode, with the importer. */
export type ReplRequest = { script: string } | { begin: true };
export type ReplReply = { value: unknown } | { error: string } | { reloaded: string[]; failed: string[] };

const [, , cwd = '', repository = ''] = process.argv;
const session = new Session();
session.connect();
const importer = createImporter({ cwd, repository });

// A cell may declare a `process` of its own, which then is that of all code in the global scope.
const send = process.send?.bind(process);
process.on('message', async (request: ReplRequest) => {
  send?.(await answer(request));
});

async function answer(request: ReplRequest): Promise<ReplReply> {
  if ('begin' in request) {
    const { reloaded, failed } = await importer.beginCell();
    return { reloaded, failed: failed.map(({ path, error }) => `${path}: ${error}`) };
  }
  const reply = await evaluate(request.script);
  try {
    await importer.endCell();
  } catch (error) {
    return { error: String(error) };
  }
  return reply;
}

function evaluate(expression: string): Promise<ReplReply> {
  // `replMode` is V8's; Node's types leave it out.
  const parameters: Runtime.EvaluateParameterType & { replMode: boolean } = {
    expression,
    replMode: true,
    awaitPromise: true,
    returnByValue: true,
  };
  return new Promise((resolve) => {
    session.post('Runtime.evaluate', parameters, (failure, reply) => {
      if (failure) resolve({ error: failure.message });
      else if (reply.exceptionDetails) {
        const { exception, text } = reply.exceptionDetails;
        resolve({ error: exception?.description ?? `${text} ${exception?.value}` });
      } else resolve({ value: reply.result.unserializableValue ?? reply.result.value });
    });
  });
}
