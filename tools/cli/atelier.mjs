#!/usr/bin/env node
// The `atelier` command. TypeScript runs through tsx, without a build; the text of --help is kept, since loading tsx takes longer than it.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';

const isHelp = process.argv.length === 3 && ['--help', '-h'].includes(process.argv[2]);
/** Told apart by what the text is made of: the commands' files, and the width that it is broken to. */
function helpFile() {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const newest = Math.max(...files.map((name) => statSync(`${import.meta.dirname}/${name}`).mtimeMs));
  const cache = `${import.meta.dirname}/../../node_modules/.cache/atelier`;
  return { cache, path: `${cache}/help-${files.length}-${newest}-${process.stdout.columns ?? 80}.txt` };
}

function kept() {
  try {
    return readFileSync(helpFile().path, 'utf8');
  } catch {
    return undefined; // not kept yet
  }
}

const known = isHelp ? kept() : undefined;
if (known !== undefined) process.stdout.write(known);
else {
  const parts = [];
  if (isHelp) {
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text, ...rest) => {
      parts.push(text);
      return write(text, ...rest);
    };
  }
  const { register } = await import('tsx/esm/api');
  register();
  await import('./main.ts');
  if (isHelp && process.exitCode !== 2) {
    try {
      const { cache, path } = helpFile();
      mkdirSync(cache, { recursive: true });
      writeFileSync(path, parts.join(''));
    } catch {
      // A read-only installation: it is made anew each time.
    }
  }
}
