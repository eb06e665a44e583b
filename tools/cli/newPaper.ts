import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot, UsageError, UserError } from 'common/utils';

export type NewPaperOptions = {
  /** `An Image is Worth 16x16 Words`; by default from the name. */
  title?: string;
  /** `2010.11929`; a place to fill in where it is left out. */
  arxiv?: string;
  /** The folder of all papers; by default the project's. */
  papers?: string;
};

/** A paper that is real: it is type-checked, linted and tested as it stands. Only these words of it are replaced. */
const template = join(import.meta.dirname, 'templates', 'paper');
const words = { name: 'paper_name', title: 'Paper Name', arxiv: '0000.00000' };

/** Makes the folder of a paper out of the template, and says what to do next. Resolves to the folder. */
export async function newPaper(name: string, options: NewPaperOptions = {}): Promise<string> {
  const paper = checkName(name.replace(/^papers[\\/]/, '').replace(/[\\/]+$/, ''));
  const title = checkTitle(options.title ?? titleOf(paper));
  const arxiv = checkArxiv(options.arxiv ?? words.arxiv);
  const papers = options.papers ?? join(projectRoot(), 'papers');
  const folder = join(papers, paper);
  await mkdir(papers, { recursive: true });
  const taken = (await readdir(papers)).find((entry) => entry.toLowerCase() === paper);
  if (taken !== undefined) throw exists(join(papers, taken));

  // Written beside its place and then renamed: nobody sees a half of it.
  const temporary = join(papers, `.${paper}.${process.pid}.tmp`);
  const files = (await readdir(template)).sort();
  try {
    await mkdir(temporary);
    for (const file of files) {
      const text = await readFile(join(template, file), 'utf8');
      const own = text
        .replaceAll(words.name, paper)
        .replaceAll(words.title, () => title)
        .replaceAll(words.arxiv, arxiv);
      await writeFile(join(temporary, file), own);
    }
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') throw exists(folder);
    throw error;
  }
  process.stdout.write(
    `papers/${paper} has ${files.join(', ')}.\nIt trains at once on the built-in digits:\n\n  npx atelier train papers/${paper}\n\n` +
      'Then change schema.ts, recipe.ts and train.ts into the paper, and write what came out into its README.md.\n',
  );
  return folder;
}

function exists(folder: string): UserError {
  return new UserError(`${folder} exists already, and is left as it is: choose another name.`);
}

function checkName(name: string): string {
  const isSnake = /^[a-z0-9]+(_[a-z0-9]+)*$/.test(name) && name.length <= 100;
  if (isSnake && !/^(con|prn|aux|nul|com\d|lpt\d)$/.test(name)) return name;
  const near = snakeCase(name);
  const hint = near === '' || near === name ? '' : ` Did you mean "${near}"?`;
  throw new UsageError(
    `"${name}" cannot be the name of a paper's folder: expected its title in snake_case (small letters and digits, words ` +
      `joined by _, at most 100), such as an_image_is_worth_16x16_words.${hint}`,
  );
}

/** `My Paper: GeLU²` and `MyPaperGelu` as snake_case. */
export function snakeCase(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 100)
    .replace(/^_+|_+$/g, '');
}

/** `deep_residual_learning` as `Deep Residual Learning`. */
function titleOf(name: string): string {
  return name.replaceAll('_', ' ').replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

/** It stands in comments of code. */
function checkTitle(title: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (title.trim() !== '' && !/[\u0000-\u001f]|\*\//.test(title)) return title.trim();
  throw new UsageError(`--title ${JSON.stringify(title)}: one line of text is expected, without "*/".`);
}

function checkArxiv(id: string): string {
  const plain = id.replace(/^(https?:\/\/arxiv\.org\/(abs|pdf)\/|arxiv:)/i, '').replace(/\.pdf$/, '');
  if (/^\d{4}\.\d{4,5}(v\d+)?$|^[a-z-]+(\.[A-Z]{2})?\/\d{7}(v\d+)?$/.test(plain)) return plain;
  throw new UsageError(`--arxiv ${id}: a number of arxiv.org is expected, such as 2010.11929.`);
}
