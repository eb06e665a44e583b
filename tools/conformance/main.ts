import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { projectRoot } from 'common/utils';
import { build } from 'esbuild';
import Jasmine from 'jasmine';
import { exclusions } from './exclusions.js';

// tfjs-core ships its own specs, parametrised by backend. This bundles them with our backend and runs them under jasmine:
// npm run test:conformance -- [--backend onnx] [--provider cpu] [--grep 'part of a name']

const require = createRequire(import.meta.url);
const option = (name: string): string | undefined => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? undefined : process.argv[place + 1];
};
const backend = option('backend') ?? 'onnx';
const grep = option('grep');

/** Spec files that need a browser or a worker to be loaded at all. */
const browserOnly = ['worker', 'io/browser_files', 'io/indexed_db', 'io/local_storage', 'platforms/platform_browser'];

function specFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('_test.js') && !browserOnly.some((part) => file.includes(part)))
    .sort();
}

const core = join(dirname(require.resolve('@tensorflow/tfjs-core/package.json')), 'dist');
const here = import.meta.dirname;
// Inside the project, so that the bundle finds the packages that stay outside of it.
const cache = join(projectRoot(), 'node_modules', '.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'conformance-'));
const quote = (file: string) => JSON.stringify(file);
try {
  const files = specFiles(core);
  const entry = [
    `import ${quote(join(here, 'setup.ts'))};`,
    ...files.map((file) => `import ${quote(join(core, file))};`),
  ].join('\n');
  const bundle = join(folder, 'specs.mjs');
  await build({
    stdin: { contents: entry, resolveDir: here, loader: 'js' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: bundle,
    mainFields: ['module', 'main'],
    // tfjs-core declares its modules free of side effects, but a spec is nothing but a side effect.
    ignoreAnnotations: true,
    external: ['onnxruntime-node', 'onnxruntime-node/*', 'onnxruntime-common', 'jasmine-core'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });

  process.env.ATELIER_CONFORMANCE_BACKEND = backend;
  process.env.ATELIER_CONFORMANCE_PROVIDER = option('provider') ?? 'cpu';
  const jasmine = new Jasmine({ projectBaseDir: folder });
  jasmine.exitOnCompletion = false;
  jasmine.env.configure({ random: false });
  const skipped = exclusions[backend] ?? {};
  const known = new Set<string>();
  jasmine.env.configure({
    specFilter: (spec) => {
      const name = spec.getFullName().replace(` ${backend} {}`, '');
      if (name in skipped) {
        known.add(name);
        return false;
      }
      return grep === undefined || name.includes(grep);
    },
  });
  jasmine.clearReporters();
  const counts = { passed: 0, failed: 0, pending: 0, excluded: 0 };
  const failures: string[] = [];
  jasmine.addReporter({
    specDone: (result) => {
      const name = result.fullName.replace(` ${backend} {}`, '');
      if (result.status === 'failed') {
        counts.failed++;
        failures.push(
          `${name}\n    ${result.failedExpectations.map(({ message }) => message.slice(0, 400)).join('\n    ')}`,
        );
      } else if (result.status === 'passed') counts.passed++;
      else if (name in skipped) counts.excluded++;
      else if (result.status === 'pending') counts.pending++;
    },
  });
  const start = performance.now();
  jasmine.addSpecFile(bundle);
  await jasmine.execute();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (failures.length > 0) console.log(`${failures.join('\n')}\n`);
  for (const [name, reason] of Object.entries(skipped)) {
    console.log(
      known.has(name) ? `excluded: ${name}: ${reason}` : `no spec is called "${name}": take it out of the exclusions`,
    );
  }
  console.log(
    `tfjs-core on ${backend}: ${counts.passed} passed, ${counts.failed} failed, ${counts.excluded} excluded, ${counts.pending} pending in ${seconds} s`,
  );
  const stale = grep === undefined && Object.keys(skipped).some((name) => !known.has(name));
  process.exitCode = counts.failed > 0 || stale ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
