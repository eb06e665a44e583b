#!/usr/bin/env node
// What Jupyter starts: node tools/kernel/main.mjs <connection file>
import module from 'node:module';
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';

module.enableCompileCache?.(); // Node 22 and later
const folder = pathToFileURL(`${await bundle()}/`);
const { startKernel, exitCodeOf, printError } = await import(new URL('main.js', folder).href);
try {
  const [connectionFile] = process.argv.slice(2);
  if (!connectionFile) {
    process.stderr.write('usage: node tools/kernel/main.mjs <connection file>\n');
    process.exit(2);
  }
  await startKernel(connectionFile, folder);
} catch (error) {
  printError(error);
  process.exit(exitCodeOf(error));
}
