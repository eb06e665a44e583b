import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { assetsDir, projectRoot } from 'common/utils';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeCell, kernelMetadata, textCell, writeNotebook } from '../../notebook/format/index.js';
import { newConnection } from '../client/index.js';
import { findJupyterLab } from '../install/lab.js';
import { findChromium, type LabServer, startLab } from './labServer.js';

const executablePath = findChromium();
const missing = [
  ...(findJupyterLab() ? [] : ['JupyterLab (pip install jupyterlab; VIRTUAL_ENV or PATH says where)']),
  ...(executablePath ? [] : ['Chromium (CHROMIUM_PATH says where)']),
];
if (missing.length > 0) console.warn(`JupyterLab is not tested: ${missing.join(' and ')} is missing`);

/** Where pictures of each step go; nowhere without ATELIER_SHOTS. */
const shots = process.env.ATELIER_SHOTS;

describe.skipIf(missing.length > 0)('JupyterLab in Chromium', () => {
  let [home, folder] = ['', ''];
  let lab: LabServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'atelier-lab-'));
    // Below the repository, so that cells find common.
    await mkdir(join(assetsDir(), 'outputs'), { recursive: true });
    folder = await mkdtemp(join(projectRoot(), 'assets', 'outputs', 'lab-test-'));
    await writeNotebook(join(folder, 'sample.ipynb'), {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { ...kernelMetadata },
      cells: [
        textCell('markdown', '# A sample', {}, 'm'),
        codeCell('const numbers: number[] = [3, 1, 2];\nnumbers', {}, 'a'),
        codeCell("import { isRecord } from 'common/utils';\nisRecord({})", {}, 'b'),
        codeCell("for await (const i of [1, 2]) console.log('line', i);", {}, 'c'),
      ],
    });
    await writeNotebook(join(folder, 'rich.ipynb'), {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { ...kernelMetadata },
      cells: [
        codeCell("import * as tf from '@tensorflow/tfjs';\ntf.tensor2d([[1, 2], [3, 4]])", {}, 'a'),
        codeCell(
          "import { lineFigure } from 'common/visualization';\nlineFigure([{ name: 'a', x: [1, 2, 3], y: [2, 1, 3] }])",
          {},
          'b',
        ),
        codeCell(
          "import { notebook } from 'common/utils';\nfor (let i = 0; i <= 3; i++)\n  notebook()?.display({ 'text/plain': 'step ' + i }, { displayId: 'bar', update: i > 0 });",
          {},
          'c',
        ),
      ],
    });
    const first = (await readdir(join(projectRoot(), 'notebooks'))).find((name) => /^01.*\.ipynb$/.test(name));
    if (first) await copyFile(join(projectRoot(), 'notebooks', first), join(folder, 'first.ipynb'));
    lab = await startLab(join(home, 'home'), (await newConnection()).shell_port);
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  });

  afterAll(async () => {
    await browser?.close();
    await lab?.stop();
    for (const place of [home, folder]) if (place !== '') await rm(place, { recursive: true, force: true });
  });

  const shot = async (name: string) => {
    if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`) });
  };
  const panel = (): Locator => page.locator('.jp-NotebookPanel:visible');
  const open = async (name: string) => {
    const path = relative(projectRoot(), join(folder, name)).replaceAll('\\', '/');
    await page.goto(`${lab.url}/lab/tree/${path}?token=${lab.token}`);
    const kernel = panel().locator('.jp-Toolbar-kernelName');
    await expect.poll(() => kernel.textContent(), { timeout: 60_000 }).toBe('TypeScript (Atelier)');
    await idle();
  };
  const idle = () =>
    panel().locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor({ timeout: 120_000 });
  const menu = async (name: string, item: RegExp) => {
    await page.getByRole('menuitem', { name, exact: true }).click();
    await page.locator('.lm-Menu-item', { hasText: item }).first().click();
  };
  const cells = (): Locator => panel().locator('.jp-CodeCell');
  const runAll = async () => {
    // The menu works on what has the focus, which a notebook opened second has not.
    await cells().first().locator('.jp-InputArea-prompt').click();
    await menu('Run', /^Run All Cells/);
    // Between two cells it is idle for a moment.
    let calm = 0;
    const status = panel().locator('.jp-Notebook-ExecutionIndicator');
    const look = async () => {
      calm = (await status.getAttribute('data-status')) === 'idle' ? calm + 1 : 0;
      return calm;
    };
    await expect.poll(look, { timeout: 180_000, interval: 500 }).toBeGreaterThan(4);
    const errors = await panel().locator('[data-mime-type="application/vnd.jupyter.error"]').allTextContents();
    await shot('last-run-all');
    expect(errors).toEqual([]);
    expect(await cells().locator('.jp-InputArea-prompt').allTextContents()).not.toContain('[ ]:');
  };
  /** A new cell at the end, with this text in it. */
  const write = async (text: string): Promise<Locator> => {
    await cells().last().locator('.jp-InputArea-prompt').click();
    await page.keyboard.press('Escape');
    await page.keyboard.press('b');
    await page.keyboard.press('Enter');
    await page.keyboard.type(text, { delay: 20 });
    return cells().last();
  };

  it('runs a notebook from its first cell to its last', async () => {
    await open('sample.ipynb');
    await shot('1-opened');
    await runAll();
    await shot('2-ran');
    const outputs = await cells().locator('.jp-OutputArea-output').allTextContents();
    expect(outputs.map((text) => text.trim())).toEqual(['[ 3, 1, 2 ]', 'true', 'line 1\nline 2']);
  });

  it('completes with Tab and shows types with Shift-Tab', async () => {
    await write('numb');
    await page.keyboard.press('Tab');
    const cell = cells().last();
    const take = async (name: string, picture: string) => {
      const item = page.locator('.jp-Completer-item', { hasText: name });
      await item.waitFor({ timeout: 20_000 });
      await shot(picture);
      await item.click();
      await expect.poll(() => cell.textContent(), { timeout: 20_000 }).toContain(name);
    };
    await take('numbers', '3-completed');
    await page.keyboard.type('.le');
    await page.keyboard.press('Tab');
    await take('length', '3-member');
    await page.keyboard.press('Shift+Tab');
    await page.locator('.jp-Tooltip').waitFor({ timeout: 20_000 });
    await shot('4-inspected');
    expect(await page.locator('.jp-Tooltip').textContent()).toMatch(/length: number/);
    await page.keyboard.press('Escape');
  });

  it('interrupts an endless loop and keeps the variables', async () => {
    const cell = await write('while (true) {}');
    await page.keyboard.press('Control+Enter');
    await panel().locator('.jp-Notebook-ExecutionIndicator[data-status="busy"]').waitFor({ timeout: 20_000 });
    await shot('5-looping');
    await menu('Kernel', /^Interrupt Kernel/);
    await idle();
    await expect.poll(() => cell.locator('.jp-OutputArea').textContent(), { timeout: 20_000 }).toMatch(/[Ii]nterrupt/);
    await shot('6-interrupted');
    const next = await write('numbers[0]');
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => next.locator('.jp-OutputArea').textContent(), { timeout: 20_000 }).toMatch(/3/);
  });

  it('restarts with nothing left', async () => {
    await menu('Kernel', /^Restart Kernel…/);
    await page.locator('.jp-Dialog .jp-mod-warn, .jp-Dialog .jp-mod-accept').last().click();
    await expect
      .poll(() => panel().locator('.jp-Notebook-ExecutionIndicator').getAttribute('data-status'), { timeout: 60_000 })
      .toBe('idle');
    const cell = await write('typeof numbers');
    await page.keyboard.press('Control+Enter');
    await expect
      .poll(() => cell.locator('.jp-OutputArea').textContent(), { timeout: 60_000 })
      .toMatch(/undefined|Cannot find name/);
    await shot('7-restarted');
  });

  it('shows tensors, figures and a bar that moves', async () => {
    // Lab leaves out what is not in view.
    await page.setViewportSize({ width: 1280, height: 2000 });
    await open('rich.ipynb');
    await runAll();
    await shot('8-rich');
    const outputs = (index: number) => cells().nth(index).locator('.jp-OutputArea-output');
    expect(await outputs(0).last().innerHTML()).toContain('<img');
    await expect
      .poll(() => outputs(1).last().locator('img, svg, iframe').count(), { timeout: 60_000 })
      .toBeGreaterThan(0);
    expect(await outputs(2).allTextContents()).toEqual([expect.stringMatching(/^\s*step 3\s*$/)]);
  });

  it('runs notebook 01', async ({ skip }) => {
    if (!(await readdir(folder)).includes('first.ipynb')) skip('notebooks/01*.ipynb is not there');
    await open('first.ipynb');
    await runAll();
    await idle();
    await shot('9-first');
    expect(await panel().locator('[data-mime-type="application/vnd.jupyter.error"]').allTextContents()).toEqual([]);
  });
});
