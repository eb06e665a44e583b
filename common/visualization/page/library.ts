import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type PlotlyBuild, plotlySource } from '../browserless.js';

const compress = promisify(gzip);

/** Gzip in base64: how programs and figures travel inside a page. */
export async function packed(text: string): Promise<string> {
  return (await compress(text, { level: 9 })).toString('base64');
}

const libraries = new Map<string, Promise<{ script: string; integrity: string }>>();

function library(build: PlotlyBuild): Promise<{ script: string; integrity: string }> {
  const made = libraries.get(build.name) ?? make(build);
  libraries.set(build.name, made);
  return made;
}

async function make(build: PlotlyBuild): Promise<{ script: string; integrity: string }> {
  const source = await plotlySource(build);
  const script = `window.atelierFigures.define('${build.name}', '${await packed(source)}')`;
  return { script, integrity: `sha384-${createHash('sha384').update(source).digest('base64')}` };
}

/** The statement that defines plotly in a page which has the runtime (runtime.ts), from a compressed copy inside it: 0.7 MB for the small build. */
export async function libraryScript(build: PlotlyBuild): Promise<string> {
  return (await library(build)).script;
}

/** Where a page that has no plotly may load the very same bytes: npm's file at jsDelivr, checked by its hash. */
export async function libraryAddress(build: PlotlyBuild): Promise<{ src: string; integrity: string }> {
  const { version } = createRequire(import.meta.url)(`${build.name}/package.json`) as { version: string };
  const src = `https://cdn.jsdelivr.net/npm/${build.name}@${version}/${build.file}`;
  return { src, integrity: (await library(build)).integrity };
}
