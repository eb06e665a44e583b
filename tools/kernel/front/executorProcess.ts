import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { descriptors, type FromExecutor, frame, type InputAnswer, type ToExecutor } from '../executor/protocol.js';
import { MergedOutput, type TextLane } from './mergedOutput.js';

export type ExecutorEvents = {
  onText: (lane: TextLane, text: string, origin: number) => void;
  onMessage: (message: FromExecutor, origin: number) => void;
  /** After its last output. */
  onExit: (code: number | null, signal: NodeJS.Signals | null) => void;
};

/** After the process has ended its pipes are read for so many ms more, since children may hold them open for ever. */
const LAST_OUTPUT = 300;

/** The process in which cells run. */
export class ExecutorProcess {
  readonly #child: ChildProcess;
  readonly #merged: MergedOutput;
  readonly #ended: Promise<void>;
  #hasEnded = false;

  constructor(entry: URL, cwd: string, repository: string, events: ExecutorEvents) {
    const secret = randomUUID();
    this.#merged = new MergedOutput(secret, events.onText, events.onMessage);
    // A group of its own: Ctrl-C in a terminal reaches the front alone, and what cells started can be ended with it.
    this.#child = spawn(process.execPath, ['--no-force-async-hooks-checks', fileURLToPath(entry), secret, repository], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    const pipes = this.#readable();
    for (const [lane, pipe] of pipes) {
      pipe.on('data', (chunk: Buffer) =>
        lane === 'messages' ? this.#merged.messages(chunk) : this.#merged.text(lane, chunk),
      );
      pipe.on('end', () => this.#merged.end(lane));
    }
    for (const pipe of this.#child.stdio) pipe?.on('error', () => undefined); // it has ended: `exit` tells
    this.#ended = new Promise((resolve) => {
      let late: NodeJS.Timeout | undefined;
      const finish = () => {
        clearTimeout(late);
        if (this.#hasEnded) return;
        this.#hasEnded = true;
        this.#merged.endAll();
        for (const pipe of this.#child.stdio) pipe?.destroy();
        resolve();
        events.onExit(this.#child.exitCode, this.#child.signalCode);
      };
      this.#child.once('error', finish);
      this.#child.once('close', finish);
      this.#child.once('exit', () => {
        late = setTimeout(finish, LAST_OUTPUT);
      });
    });
  }

  send(order: ToExecutor): void {
    this.#pipe(descriptors.requests).write(frame(order));
  }

  answerInput(answer: InputAnswer): void {
    this.#pipe(descriptors.input).write(frame(answer));
  }

  /** Asks as Ctrl-C does: ends a synchronous cell, gives up one that waits. */
  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  /** Ends a loop that does not heed the interrupt, in a callback or after an `await`. */
  terminateLoop(): void {
    this.#pipe(descriptors.terminate).write('x');
  }

  /** While paused, a cell that writes waits. */
  setPaused(isPaused: boolean): void {
    for (const [, pipe] of this.#readable()) {
      if (isPaused) pipe.pause();
      else pipe.resume();
    }
  }

  /** Ends the process, after `grace` ms by force, and what cells have started in its group. */
  async stop(grace = 300): Promise<void> {
    if (!this.#hasEnded) {
      this.send({ kind: 'exit' });
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), grace);
      await this.#ended;
      clearTimeout(timer);
    }
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGTERM');
    } catch {
      // nobody is left
    }
  }

  #readable(): [TextLane | 'messages', Duplex][] {
    return [
      ['stdout', this.#pipe(1)],
      ['stderr', this.#pipe(2)],
      ['messages', this.#pipe(descriptors.messages)],
    ];
  }

  #pipe(descriptor: number): Duplex {
    // Every 'pipe' of `spawn` is a socket, whatever its type says.
    const pipe = this.#child.stdio[descriptor];
    return pipe as Duplex;
  }
}
