import { isRecord, UserError } from 'common/utils';

export type CellHead = {
  type: 'code' | 'markdown' | 'raw';
  metadata: Record<string, unknown>;
  attachments?: Record<string, unknown>;
};

/** Reads `// %% A title [markdown] tags=["a"]`, or with `{"tags": ["a"]}`. */
export function readHeaderLine(line: string, where: string): CellHead {
  let rest = line.replace(/^\/\/ ?%%+/, '').trim();
  const metadata: Record<string, unknown> = {};
  const title = /^(?![\w.-]+=)[^\s="[\]{}]+( (?![\w.-]+=)[^\s="[\]{}]+)*(?= |$)/.exec(rest)?.[0];
  if (title !== undefined) rest = rest.slice(title.length).trim();
  const type = /^\[(\w+)\]/.exec(rest);
  if (type) rest = rest.slice(type[0].length).trim();
  const kind = type?.[1] ?? 'code';
  if (kind !== 'code' && kind !== 'markdown' && kind !== 'md' && kind !== 'raw')
    throw new UserError(`${where}: a cell is [markdown] or [raw], or code where nothing is said; not [${kind}]`);
  if (title !== undefined) metadata.title = title;
  let attachments: Record<string, unknown> | undefined;
  while (rest !== '') {
    const name = /^([A-Za-z_][\w.-]*)=/.exec(rest);
    const text = rest.slice(name?.[0].length ?? 0);
    const length = jsonLength(text);
    const value = length === undefined ? undefined : parseJson(text.slice(0, length));
    if (length === undefined || value === undefined || (!name && !isRecord(value)))
      throw new UserError(`${where}: ${JSON.stringify(rest)} is not understood; write name=<JSON> or {"name": <JSON>}`);
    rest = text.slice(length).trim();
    if (!name) Object.assign(metadata, value);
    else if (name[1] === 'attachments' && isRecord(value)) attachments = value;
    else metadata[name[1] ?? ''] = value;
  }
  return { type: kind === 'md' ? 'markdown' : kind, metadata, ...(attachments && { attachments }) };
}

/** Where the JSON value at the start of a text ends. */
function jsonLength(text: string): number | undefined {
  const plain = /^("(?:[^"\\]|\\.)*"|[^\s"[\]{}]+)(?= |$)/.exec(text);
  if (plain) return plain[0].length;
  let depth = 0;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (match[0] === '[' || match[0] === '{') depth++;
    else if (match[0] === ']' || match[0] === '}') depth--;
    if (depth === 0) return match.index + match[0].length;
  }
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
