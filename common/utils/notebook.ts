/** What a notebook shows of one value: a representation for each media type, of which the reader's program takes the richest it knows. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** What a notebook's kernel offers to code that runs in its cells. */
export type NotebookHost = {
  /**
   * Shows a bundle below the running cell. With `displayId`, a later call with the same id and `update: true`
   * replaces the picture in place: an updating progress bar or curve.
   */
  display(bundle: MimeBundle, options?: { displayId?: string; update?: boolean }): void;
};

declare global {
  var atelierNotebook: NotebookHost | undefined;
}

/** The notebook that this code runs in, or undefined in a plain program. */
export function notebook(): NotebookHost | undefined {
  return globalThis.atelierNotebook;
}
