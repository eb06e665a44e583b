import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { projectRoot } from 'common/utils';
import { prepareLanguage } from '../language/index.js';
import { writeKernelSpec } from './kernelSpec.js';

/** Where a folder's venv or the PATH has JupyterLab. */
export function findJupyterLab(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const bin = process.platform === 'win32' ? 'Scripts' : 'bin';
  const own = [env.VIRTUAL_ENV, env.CONDA_PREFIX, join(projectRoot(), '.venv')].flatMap((folder) =>
    folder ? [join(folder, bin)] : [],
  );
  const names = process.platform === 'win32' ? ['jupyter-lab.exe', 'jupyter-lab.cmd'] : ['jupyter-lab'];
  for (const folder of [...own, ...(env.PATH ?? '').split(delimiter)])
    for (const name of names)
      if (existsSync(join(folder, name)) && statSync(join(folder, name)).isFile()) return join(folder, name);
  return undefined;
}

const withoutJupyter = `JupyterLab is not installed here.

In VS Code, no Python is needed:
  1. npx atelier kernel install
  2. install the extension "Jupyter" (ms-toolsai.jupyter)
  3. open a notebook of notebooks/ and choose Select Kernel > Jupyter Kernel > TypeScript (Atelier)

With JupyterLab:
  python3 -m venv .venv && .venv/bin/pip install jupyterlab     (or: pipx install jupyterlab, uv tool install jupyterlab)
  npm run lab

Without either, a notebook runs in the terminal: npx atelier notebook run notebooks/<notebook>.ipynb --output out.ipynb
`;

/**
 * `npm run lab`: JupyterLab on notebooks/, with this repository's kernel. The kernel is installed in a folder of node_modules and
 * shown to this JupyterLab alone, through JUPYTER_PATH. What follows `--` goes to JupyterLab. Returns its exit code.
 */
export async function lab(args: readonly string[]): Promise<number> {
  const program = findJupyterLab();
  if (program === undefined) {
    process.stderr.write(withoutJupyter);
    return 1;
  }
  const root = projectRoot();
  const data = join(root, 'node_modules', '.cache', 'atelier', 'jupyter');
  await writeKernelSpec(data);
  const path = [data, process.env.JUPYTER_PATH].filter((one) => one).join(delimiter);
  // The root is the repository, so that sources can be opened and edited beside the notebooks.
  const place = [
    `--ServerApp.root_dir=${root}`,
    '--LabApp.default_url=/lab/tree/notebooks',
    '--ServerApp.ip=127.0.0.1',
  ];
  const child = spawn(program, [...place, ...args], { stdio: 'inherit', env: { ...process.env, JUPYTER_PATH: path } });
  // Ready by the time a notebook is opened; where it fails, the kernel does without.
  void prepareLanguage().catch(() => undefined);
  // Ctrl-C reaches JupyterLab as well, which asks before it ends: we wait for it.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return await new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`${program} could not be started: ${error.message}\n`);
      resolve(1);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

if (process.argv[1] === import.meta.filename) process.exitCode = await lab(process.argv.slice(2));
