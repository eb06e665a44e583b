import { z } from 'zod';
import { nearest } from '../utils/index.js';
import type { HubAccess } from './access.js';
import { apiFetch, unexpectedAnswer } from './apiFetch.js';
import type { ContentHash } from './hash.js';
import type { Repository } from './repository.js';

/** A file of a repository: `path` with `/` between its parts, size in bytes. */
export type RemoteFile = { path: string; size: number; hash: ContentHash };

/** A repository with more files than this is taken for a server gone wrong (the Hub itself advises against more than 100,000). */
const MOST_FILES = 2_000_000;

/** Loaded when the Hub is asked: who only looks for what is here does without it. */
const official = () => import('@huggingface/hub');

function client(repository: Repository, access: HubAccess) {
  return {
    hubUrl: access.endpoint,
    accessToken: access.token,
    fetch: apiFetch(`${repository.kind} ${repository.id}`, access),
  };
}

const commitSchema = z.string().regex(/^[0-9a-f]{40,64}$/);

/** The commit that a branch, tag or commit of the repository stands for now. One request. */
export async function resolveRevision(repository: Repository, access: HubAccess): Promise<string> {
  const { datasetInfo, modelInfo } = await official();
  const params = { name: repository.id, revision: repository.revision, ...client(repository, access) };
  const asked: Promise<unknown> =
    repository.kind === 'dataset'
      ? datasetInfo({ ...params, additionalFields: ['sha'] })
      : modelInfo({ ...params, additionalFields: ['sha'] });
  const answer = await asked.catch((error: unknown) => {
    // The official client takes an object for granted.
    if (!(error instanceof TypeError)) throw error;
    throw unexpectedAnswer(`${repository.kind} ${repository.id}`, access.endpoint, 'no description of a repository');
  });
  return checked(z.object({ sha: commitSchema }), answer, repository, access).sha;
}

const size = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const entrySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('directory') }),
  z.object({
    type: z.literal('file'),
    path: z.string(),
    size,
    oid: z.string().regex(/^[0-9a-f]{40}$/),
    lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size }).optional(),
  }),
]);

/** All files of the repository at its revision: one request for each thousand. */
export async function listTree(repository: Repository, access: HubAccess): Promise<RemoteFile[]> {
  const files = new Map<string, RemoteFile>();
  const what = `${repository.kind} ${repository.id}`;
  const { listFiles } = await official();
  const tree = listFiles({
    repo: { type: repository.kind, name: repository.id },
    revision: encodeURIComponent(repository.revision),
    recursive: true,
    ...client(repository, access),
  });
  try {
    for await (const answer of tree) {
      const entry = checked(entrySchema, answer, repository, access);
      if (entry.type !== 'file') continue;
      const { path, oid, lfs } = entry;
      if (files.has(path)) throw unexpectedAnswer(what, access.endpoint, `it lists ${JSON.stringify(path)} twice`);
      if (files.size >= MOST_FILES)
        throw unexpectedAnswer(what, access.endpoint, `it lists more than ${MOST_FILES.toLocaleString('en')} files`);
      files.set(path, { path, size: lfs?.size ?? entry.size, hash: lfs ? `sha256:${lfs.oid}` : `git:${oid}` });
    }
  } catch (error) {
    // The official client iterates over whatever JSON came.
    if (error instanceof TypeError) throw unexpectedAnswer(what, access.endpoint, 'its listing is no list of files');
    throw error;
  }
  return [...files.values()];
}

function checked<T>(schema: z.ZodType<T>, answer: unknown, { kind, id }: Repository, access: HubAccess): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join('.');
  throw unexpectedAnswer(
    `${kind} ${id}`,
    access.endpoint,
    `${place ? `${place}: ` : ''}${issue?.message ?? 'wrong form'}`,
  );
}

/**
 * The existing repository whose name is nearest, by the Hub's own search; undefined where there is none or the search fails. An id
 * without an owner is taken for a name.
 */
export async function suggestRepository(repository: Repository, access: HubAccess): Promise<string | undefined> {
  const [name = '', owner] = repository.id.split('/').reverse();
  const quick = { ...access, policy: { ...access.policy, attempts: 2 } };
  const found = new Set<string>();
  const { listDatasets, listModels } = await official();
  for (const search of [...(owner === undefined ? [] : [{ owner }]), { query: name }]) {
    try {
      const params = { search, limit: 100, ...client(repository, quick) };
      const entries = repository.kind === 'dataset' ? listDatasets(params) : listModels(params);
      for await (const { name: id } of entries) found.add(z.string().parse(id));
    } catch {
      // A suggestion is a courtesy: without it the error is the same.
    }
  }
  // The same name under another owner says more than few different letters.
  return (
    [...found].find((id) => id.split('/')[1]?.toLowerCase() === name.toLowerCase()) ?? nearest(repository.id, found)
  );
}

const refsSchema = z.object({
  branches: z.array(z.object({ name: z.string() })).default([]),
  tags: z.array(z.object({ name: z.string() })).default([]),
});

/** The repository's branches and tags; empty where they cannot be read. */
export async function listRevisions(repository: Repository, access: HubAccess): Promise<string[]> {
  try {
    const address = `${access.endpoint}/api/${repository.kind}s/${repository.id}/refs`;
    const answer = await apiFetch('revisions', access)(address);
    const { branches, tags } = refsSchema.parse(await answer.json());
    return [...branches, ...tags].map(({ name }) => name);
  } catch {
    return [];
  }
}
