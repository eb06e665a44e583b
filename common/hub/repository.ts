import { join } from 'node:path';
import { assetsDir, UserError } from '../utils/index.js';

export type RepositoryKind = 'dataset' | 'model';

/** What the rest of this folder needs to know about a repository; `revision` is a branch, tag or commit. */
export type Repository = { kind: RepositoryKind; id: string; revision: string; endpoint: string };

/** The folder of all downloaded data sets: `datasets/` under the assets folder (ATELIER_ASSETS). */
export function getDatasetsDir(): string {
  return join(assetsDir(), 'datasets');
}

/** The folder of all downloaded models: `models/` under the assets folder (ATELIER_ASSETS). */
export function getModelsDir(): string {
  return join(assetsDir(), 'models');
}

/** Where a repository's files go: `assets/datasets/<owner>/<name>` or `assets/models/<owner>/<name>`. */
export function repositoryDir(kind: RepositoryKind, id: string): string {
  return join(kind === 'dataset' ? getDatasetsDir() : getModelsDir(), ...checkRepositoryId(kind, id).split('/'));
}

/** Returns `id` where it has the form `owner/name`: letters, digits, `-`, `_`, `.`, none of the parts a dot path. */
export function checkRepositoryId(kind: RepositoryKind, id: string): string {
  const part = /^(?!\.)[\w.-]{1,96}(?<!\.)$/;
  const parts = id.split('/');
  if (parts.length !== 2 || parts.some((p) => !part.test(p) || p.includes('..')))
    throw new UserError(
      `"${id}" is no name of a ${kind}: expected <owner>/<name>, for example ` +
        `${kind === 'dataset' ? 'ylecun/mnist' : 'timm/resnet18.a1_in1k'}.`,
    );
  return id;
}

/** The address of a file's content. Each part of the path is encoded: names may hold `#`, `?`, `%`, spaces or any letter. */
export function contentUrl(repository: Repository, path: string): string {
  const { kind, id, revision, endpoint } = repository;
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return `${endpoint}/${kind === 'dataset' ? 'datasets/' : ''}${id}/resolve/${encodeURIComponent(revision)}/${encoded}`;
}

/** The page that a person opens to read about the repository or to accept its terms. */
export function repositoryPage({ kind, id, endpoint }: Repository): string {
  return `${endpoint}/${kind === 'dataset' ? 'datasets/' : ''}${id}`;
}
