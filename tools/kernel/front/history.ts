import { appendFile, mkdir, open, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { isRecord, writeFileAtomic } from 'common/utils';

type Entry = { session: number; line: number; input: string; output: string | null };

/** Above this size, in bytes, a start of the kernel cuts the file to its newest half. */
const MAX_SIZE = 8e6;

/** Where the inputs of all sessions are kept: `ATELIER_HISTORY`, or a file in the user's data folder. */
export function historyFile(): string {
  const data = process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share');
  return process.env.ATELIER_HISTORY || join(data, 'atelier', 'history.jsonl');
}

/**
 * What was executed, of this session and of earlier ones, as history_request asks for it. Sessions are numbered from 1 on. A file that
 * cannot be read or written is no error: then only this session is known.
 */
export class History {
  readonly #file: string;
  readonly #entries: Promise<Entry[]>;
  readonly #session: Promise<number>;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
    this.#entries = readEntries(file);
    this.#session = this.#entries.then(
      (entries) => 1 + entries.reduce((max, { session }) => Math.max(max, session), 0),
    );
  }

  /** Adds a cell that has run. */
  add(line: number, input: string, output: string | null): void {
    this.#writing = this.#writing.then(async () => {
      const entry = { session: await this.#session, line, input, output };
      (await this.#entries).push(entry);
      try {
        await mkdir(dirname(this.#file), { recursive: true });
        await appendFile(this.#file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
      } catch {
        // A read-only home: see above.
      }
    });
  }

  /** The rows of history_reply: [session, line, input] or [session, line, [input, output]]. */
  async find(request: Record<string, unknown>): Promise<unknown[]> {
    await this.#writing;
    const chosen = await this.#choose(request);
    return chosen.map(({ session, line, input, output }) => [
      session,
      line,
      request.output === true ? [input, output] : input,
    ]);
  }

  async #choose(request: Record<string, unknown>): Promise<Entry[]> {
    const entries = await this.#entries;
    const count = typeof request.n === 'number' ? Math.max(0, request.n) : undefined;
    if (request.hist_access_type === 'range') {
      const { session = 0, start = 0, stop } = request;
      const wanted = typeof session === 'number' && session > 0 ? session : (await this.#session) + Number(session);
      const end = typeof stop === 'number' ? stop : Number.POSITIVE_INFINITY;
      return entries.filter((entry) => entry.session === wanted && entry.line >= Number(start) && entry.line < end);
    }
    const last = (list: Entry[], n: number) => (n === 0 ? [] : list.slice(-n));
    if (request.hist_access_type !== 'search') return last(entries, count ?? 1000);
    const pattern = globPattern(typeof request.pattern === 'string' ? request.pattern : '*');
    const found = entries.filter(({ input }) => pattern.test(input));
    const seen = new Map<string, Entry>();
    // Of equal inputs the latest stays, in its place.
    for (const entry of found) {
      seen.delete(entry.input);
      seen.set(entry.input, entry);
    }
    return last(request.unique === true ? [...seen.values()] : found, count ?? found.length);
  }

  /** Resolves when everything is in the file. */
  async close(): Promise<void> {
    await this.#writing;
  }
}

/** IPython's search patterns: `*` and `?` as in file names. */
function globPattern(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}

async function readEntries(file: string): Promise<Entry[]> {
  try {
    const { size } = await stat(file);
    const text = size > MAX_SIZE ? await cut(file, size) : await readFile(file, 'utf8');
    return text.split('\n').flatMap((line) => {
      const entry = parse(line);
      return entry ? [entry] : [];
    });
  } catch {
    return [];
  }
}

async function cut(file: string, size: number): Promise<string> {
  const handle = await open(file);
  const { buffer } = await handle.read({ buffer: Buffer.alloc(MAX_SIZE / 2), position: size - MAX_SIZE / 2 });
  await handle.close();
  const text = buffer.toString();
  const whole = text.slice(text.indexOf('\n') + 1);
  await writeFileAtomic(file, whole);
  return whole;
}

function parse(line: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (!isRecord(value)) return undefined;
    const { session, line: number, input, output } = value;
    if (typeof session !== 'number' || typeof number !== 'number' || typeof input !== 'string') return undefined;
    return { session, line: number, input, output: typeof output === 'string' ? output : null };
  } catch {
    return undefined; // a line that was cut when a machine stopped
  }
}
