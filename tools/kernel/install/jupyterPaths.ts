import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where Jupyter keeps what its user installs (jupyter_core's `jupyter_data_dir`). */
export function userDataDir(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  const home = env.HOME ?? homedir();
  if (platform === 'darwin') return join(home, 'Library', 'Jupyter');
  if (platform !== 'win32') return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'jupyter');
  return env.APPDATA ? join(env.APPDATA, 'jupyter') : join(env.JUPYTER_CONFIG_DIR ?? join(home, '.jupyter'), 'data');
}

/** The data folder of an environment, such as a venv's or conda's. */
export const prefixDataDir = (prefix: string): string => join(prefix, 'share', 'jupyter');

/** All folders in which Jupyter looks, in its order: the first kernel of a name is the one that is taken. */
export function dataDirs(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string[] {
  const prefixes = [env.VIRTUAL_ENV, env.CONDA_PREFIX].flatMap((prefix) => (prefix ? [prefixDataDir(prefix)] : []));
  const system =
    platform === 'win32'
      ? [join(env.PROGRAMDATA ?? 'C:\\ProgramData', 'jupyter')]
      : ['/usr/local/share/jupyter', '/usr/share/jupyter'];
  const given = (env.JUPYTER_PATH ?? '').split(delimiter).filter((path) => path !== '');
  return [...new Set([...given, userDataDir(env, platform), ...prefixes, ...system])];
}
