import { datasetInfo, listDatasets, listFiles, listModels, modelInfo } from '@huggingface/hub';
import { z } from 'zod';
import { nearest } from '../utils/index.js';
import type { ContentHash } from './hash.js';
import type { Repository } from './repository.js';
import { type HubRequest, openRequest } from './request.js';
import { type RetryContext, withRetries } from './retry.js';
import type { HubSettings } from './settings.js';

/** A file of a repository: `path` with `/` between its parts, size in bytes. */
export type RemoteFile = { path: string; size: number; hash: ContentHash };

/** How this download talks to the Hub. */
export type HubAccess = HubSettings & RetryContext & { idleTimeout: number };

/** What every request of this download has in common. */
export function requestOptions(access: HubAccess): HubRequest {
  return {
    token: access.token,
    tokenOrigin: new URL(access.endpoint).origin,
    signal: access.signal,
    idleTimeout: access.idleTimeout,
  };
}

/** The `fetch` given to @huggingface/hub: with retries, our errors (which keep X-Error-Code), and the token for the Hub's origin alone. */
function hubFetch(what: string, access: HubAccess): typeof fetch {
  return (input, init) =>
    withRetries(what, access, async () => {
      const headers = Object.fromEntries(new Headers(init?.headers).entries());
      delete headers.authorization;
      const body = typeof init?.body === 'string' ? init.body : undefined;
      const address = input instanceof Request ? input.url : String(input);
      const answer = await openRequest(address, { ...requestOptions(access), method: init?.method, headers, body });
      // Read inside the retries: a body that breaks off is asked for again.
      return new Response(await answer.text(), { status: answer.response.status, headers: answer.response.headers });
    });
}

function client(repository: Repository, access: HubAccess) {
  return {
    hubUrl: access.endpoint,
    accessToken: access.token,
    fetch: hubFetch(`${repository.kind} ${repository.id}`, access),
  };
}

/** The commit that a branch, tag or commit of the repository stands for now. One request. */
export async function resolveRevision(repository: Repository, access: HubAccess): Promise<string> {
  const params = { name: repository.id, revision: repository.revision, ...client(repository, access) };
  const { sha } =
    repository.kind === 'dataset'
      ? await datasetInfo({ ...params, additionalFields: ['sha'] })
      : await modelInfo({ ...params, additionalFields: ['sha'] });
  return z.string().parse(sha ?? repository.revision);
}

/** All files of the repository at its revision: one request for each thousand. */
export async function listTree(repository: Repository, access: HubAccess): Promise<RemoteFile[]> {
  const files: RemoteFile[] = [];
  const tree = listFiles({
    repo: { type: repository.kind, name: repository.id },
    revision: encodeURIComponent(repository.revision),
    recursive: true,
    ...client(repository, access),
  });
  for await (const { type, path, size, oid, lfs } of tree)
    if (type === 'file')
      files.push({ path, size: lfs?.size ?? size, hash: lfs ? `sha256:${lfs.oid}` : `git:${z.string().parse(oid)}` });
  return files;
}

/** The existing repository whose name is nearest, by the Hub's own search; undefined where there is none or the search fails. */
export async function suggestRepository(repository: Repository, access: HubAccess): Promise<string | undefined> {
  const [owner = '', name = ''] = repository.id.split('/');
  const quick = { ...access, policy: { ...access.policy, attempts: 2 } };
  const found = new Set<string>();
  for (const search of [{ owner }, { query: name }]) {
    try {
      const params = { search, limit: 100, ...client(repository, quick) };
      const entries = repository.kind === 'dataset' ? listDatasets(params) : listModels(params);
      for await (const { name: id } of entries) found.add(id);
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
    const answer = await hubFetch('revisions', access)(address);
    const { branches, tags } = refsSchema.parse(await answer.json());
    return [...branches, ...tags].map(({ name }) => name);
  } catch {
    return [];
  }
}
