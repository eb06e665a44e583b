import { Socket } from 'node:net';
import { createImporter } from '../language/importer.js';
import { Comms } from './comms.js';
import { Execution } from './execution.js';
import { failureOf } from './failure.js';
import { installGlobals } from './globals.js';
import { carryOriginsInTimers } from './origin.js';
import { Output } from './output.js';
import { descriptors, FrameReader, type ToExecutor } from './protocol.js';
import { Repl } from './repl.js';
import { installStreams } from './streams.js';
import { startTerminator } from './terminator.js';

/** The process that cells run in: started by the front with a secret as its argument, and never by hand. */
const [, , secret = '', repository = ''] = process.argv;
process.argv.splice(1);
const output = new Output(secret);
installStreams(output);
carryOriginsInTimers();
const importer = createImporter({ cwd: process.cwd(), repository });
const repl = new Repl();
const execution = new Execution(output, repl, importer);
const comms = new Comms(output);
installGlobals(output, repl, execution, comms);

process.on('SIGINT', () => execution.interrupt());
process.on('uncaughtException', (error) =>
  output.send({ kind: 'uncaught', failure: failureOf(error), what: 'Uncaught' }),
);
process.on('unhandledRejection', (reason) =>
  output.send({ kind: 'uncaught', failure: failureOf(reason), what: 'Uncaught (in promise)' }),
);
process.on('exit', (code) => output.send({ kind: 'exiting', code }));

function take(order: ToExecutor): void {
  if (order.kind === 'exit') process.exit(0);
  else if (order.kind === 'execute') void execution.run(order);
  else {
    comms
      .handle(order)
      .catch((error) =>
        output.send({ kind: 'uncaught', failure: failureOf(error), what: 'A comm handler failed:' }, order.origin),
      )
      .finally(() => output.send({ kind: 'handled', origin: order.origin }, order.origin));
  }
}

const reader = new FrameReader<ToExecutor>();
const requests = new Socket({ fd: descriptors.requests });
requests.on('data', (chunk: Buffer) => {
  for (const order of reader.push(chunk)) take(order);
});
requests.on('close', () => process.exit(0)); // the front is gone
output.send({ kind: 'ready' });
setImmediate(() => startTerminator(() => execution.terminated()));
