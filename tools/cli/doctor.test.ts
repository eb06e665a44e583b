import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('doctor tells providers, threads and backends, and why a provider is missing', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'atelier.mjs'), 'doctor']);
  expect(stdout).toMatch(/^ok +onnxruntime +1\.30\.0/m);
  expect(stdout).toMatch(/^ok +tfjs .*onnx/m);
  expect(stdout).toMatch(/^ok +threads +\d+/m);
  expect(stdout).toMatch(/^ok +cpu +computes, in use/m);
  // A machine has them or lacks them: then it says why, and what to do.
  for (const name of ['webgpu', 'cuda'])
    expect(stdout).toMatch(new RegExp(`^(ok +${name} +computes| – +${name} +missing: .+\\n +It needs)`, 'm'));
}, 120_000);
