import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CellTimeout, type Kernel, newHeader, pack, startKernel, unpack } from './index.js';

describe('messages', () => {
  const message = {
    header: newHeader('x', 's'),
    parent: {},
    metadata: {},
    content: { a: 'é' },
    buffers: [Buffer.from('b')],
  };

  it('are signed as the protocol says, and read back', () => {
    // Signed by Python's jupyter_client: Session(key=b'key').sign([header, b'{}', b'{}', content])
    const signed = '7c21f76691d1d6561faa2cfdbb0948f8339321afe0db639327581dce234dc9e9';
    const header = { msg_id: '1', msg_type: 'status', session: 's', username: 'u', date: 'd', version: '5.4' };
    expect(pack({ ...message, header }, 'key')[1]?.toString()).toBe(signed);
    expect(unpack([Buffer.from('id'), ...pack(message, 'key')], 'key', 'iopub')).toEqual({
      ...message,
      channel: 'iopub',
    });
  });

  it.each([
    [[], /0 frames that are no Jupyter message/],
    [pack(message, 'other'), /signature does not fit/],
    [pack(message, 'key').slice(0, 4), /no Jupyter message/],
  ])('that are none are refused', (frames, told) => {
    expect(() => unpack(frames, 'key', 'shell')).toThrow(told);
  });
});

describe('a kernel', () => {
  let kernel: Kernel;
  beforeAll(async () => {
    kernel = await startKernel();
  });
  afterAll(() => kernel?.shutdown());

  it('is ready with the first cell, whose output comes whole', async () => {
    const { status, messages, executionCount } = await kernel.execute("console.log('a');\n1 + 1");
    expect([status, executionCount]).toEqual(['ok', 1]);
    expect(messages.map(({ header }) => header.msg_type)).toEqual(['execute_input', 'stream', 'execute_result']);
    expect(messages.at(-1)?.content.data).toMatchObject({ 'text/plain': '2' });
    expect(await kernel.client.heartbeat()).toBeLessThan(2000);
  });

  it('asks for input', async () => {
    const asked: string[] = [];
    const onInput = (prompt: string) => {
      asked.push(prompt);
      return 'Ada';
    };
    const { messages } = await kernel.execute("prompt('Name?')", { onInput });
    expect(asked).toEqual([expect.stringContaining('Name?')]);
    expect(messages.at(-1)?.content.data).toMatchObject({ 'text/plain': "'Ada'" });
  });

  it('is interrupted after a cell has taken too long', async () => {
    const late = kernel.execute('while (true) {}', { timeout: 500, stopOnError: false });
    await expect(late).rejects.toThrow(CellTimeout);
    await kernel.interrupt();
    expect((await kernel.execute('2 + 2', { timeout: 20_000 })).status).toBe('ok');
  });

  it('ends, and takes its files along', async () => {
    await kernel.shutdown();
    await kernel.shutdown();
    expect(existsSync(kernel.connectionFile)).toBe(false);
    expect(kernel.process.exitCode).toBe(0);
    await expect(kernel.execute('1')).rejects.toThrow(/ended/);
  });
});

it('a process that is no kernel is told with what it wrote', async () => {
  const argv = [process.execPath, '-e', 'console.error("no such thing"); process.exit(3)', '{connection_file}'];
  await expect(startKernel({ argv })).rejects.toThrow(/^the kernel's process ended \(exit code 3\):\nno such thing$/);
  await expect(startKernel({ argv: ['/no/such/program'] })).rejects.toThrow(
    /could not be started \(\/no\/such\/program\)/,
  );
});
