import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Whether a module is the program that was started (`npx tsx papers/x/evaluate.ts`, `atelier evaluate`) and not one that another imports: what
 * `__name__ == "__main__"` is in Python. `if (isScript(import.meta.url)) …`
 */
export function isScript(url: string): boolean {
  const script = process.argv[1];
  if (script === undefined || !existsSync(script)) return false;
  const { pathname, protocol } = new URL(url);
  return protocol === 'file:' && realpathSync(script) === realpathSync(fileURLToPath(`${protocol}//${pathname}`));
}
