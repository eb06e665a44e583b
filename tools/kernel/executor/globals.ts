import type { MimeBundle, NotebookHost } from 'common/utils';
import type { Comms } from './comms.js';
import { denoJupyter } from './deno.js';
import type { Execution } from './execution.js';
import type { Output } from './output.js';
import { installPrompts } from './prompt.js';
import type { Repl } from './repl.js';

/** Puts in place what cells find as globals (their types are in language/ambient.ts). */
export function installGlobals(output: Output, repl: Repl, execution: Execution, comms: Comms): void {
  installPrompts(output, () => execution.mayAsk);
  const host: NotebookHost = {
    display(bundle: MimeBundle, { displayId, update } = {}) {
      const transient = displayId === undefined ? {} : { display_id: displayId };
      output.publish(update ? 'update_display_data' : 'display_data', { data: bundle, metadata: {}, transient });
    },
  };
  repl.declare('Deno', { jupyter: denoJupyter(output) });
  const clearOutput = (wait = false): void => output.publish('clear_output', { wait });
  const values = {
    atelierNotebook: host,
    clearOutput,
    comms,
  };
  for (const [name, value] of Object.entries(values))
    Object.defineProperty(globalThis, name, { configurable: true, writable: true, enumerable: false, value });
}
