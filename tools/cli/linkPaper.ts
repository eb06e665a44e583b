import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { findAsset, linkDataset, listAssets } from 'common/hub';
import { didYouMean, nearest, projectRoot, UserError } from 'common/utils';

/** Links a paper's or project's `data` to a data set that is here, and says what was done. */
export async function linkPaper(paper: string, dataset: string): Promise<void> {
  const { path, target, state } = await linkDataset(findFolder(paper), await findDataset(dataset));
  const done = { created: 'made', replaced: 'changed', unchanged: 'was there already' }[state];
  process.stdout.write(`${relative(process.cwd(), path) || path} -> ${target} (${done})\n`);
}

/** A path, or a name under papers/ or projects/. */
function findFolder(paper: string): string {
  const root = projectRoot();
  const groups = ['papers', 'projects'].map((group) => join(root, group)).filter(existsSync);
  const places = [resolve(paper), join(root, paper), ...groups.map((group) => join(group, paper))];
  const found = places.find((place) => statSync(place, { throwIfNoEntry: false })?.isDirectory());
  if (found !== undefined) return found;
  const known = groups.flatMap((group) =>
    readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory()),
  );
  const names = known.map(({ name }) => name);
  throw new UserError(
    `No paper or project "${paper}".${didYouMean(basename(paper), names)} There are: ${names.join(', ')}.`,
  );
}

/** The folder of a data set: a path to any folder, or the id of one in assets/datasets. */
async function findDataset(dataset: string): Promise<string> {
  const isPath = isAbsolute(dataset) || /^\.{0,2}[\\/]|^\.{1,2}$/.test(dataset) || /^assets[\\/]/.test(dataset);
  if (isPath) return resolve(dataset);
  const list = await listAssets();
  const datasets = { ...list, assets: list.assets.filter(({ kind }) => kind === 'dataset') };
  const isThere = datasets.assets.some(({ key, id }) => [key, id].includes(dataset.replace(/\/+$/, '')));
  if (!isThere && /^[\w.-]+\/[\w.-]+$/.test(dataset)) {
    const near = nearest(
      dataset,
      datasets.assets.map(({ id }) => id),
    );
    const hint =
      near === undefined ? `Download it first: npx atelier download dataset ${dataset}` : `Did you mean "${near}"?`;
    throw new UserError(`The data set ${dataset} is not in ${join(list.root, 'datasets')}. ${hint}`);
  }
  return findAsset(dataset, datasets).dir;
}
