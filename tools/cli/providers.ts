import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Provider } from 'common/backend';

/** What is needed beyond the package, for those that may be missing. */
const needs: { readonly [P in Provider]: string } = {
  cpu: 'The package brings it: run npm install again on this machine.',
  webgpu: 'It needs a graphics device with a Vulkan (Linux: libvulkan1 and a driver), Metal or Direct3D 12 driver.',
  cuda:
    'It needs an NVIDIA device, and libraries of several hundred megabytes that npm install leaves out (.npmrc): ' +
    'ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js fetches them.',
};

export interface ProviderState {
  name: Provider;
  /** Why it does not compute here, and what to do; nothing where it does. */
  missing?: { reason: string; need: string };
}

/** Which providers of ONNX Runtime compute on this machine: each adds two numbers in a process of its own. */
export function probeProviders(): Promise<ProviderState[]> {
  const names: Provider[] = ['cpu', 'webgpu', 'cuda'];
  return Promise.all(
    names.map(async (name) => {
      const reason = await probe(name);
      return reason === undefined ? { name } : { name, missing: { reason, need: needs[name] } };
    }),
  );
}

/** Why a provider cannot add, in one line. */
function probe(name: Provider): Promise<string | undefined> {
  // Named by its file, tsx is found wherever the command is called from.
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const args = ['--import', tsx, join(import.meta.dirname, 'probeProvider.ts'), name];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: 60_000 }, (error, _, stderr) => {
      if (error === null) return resolve(undefined);
      if (error.killed) return resolve('it did not answer within a minute');
      // Sources' places and ONNX Runtime's own lines help nobody here.
      const line = stderr.trim().split('\n').at(-1) ?? '';
      resolve(
        line.replace(/^.*(Failed to|failed to|was false\. )/, 'Failed to').trim() ||
          `it ended with ${error.signal ?? error.code}`,
      );
    });
  });
}
