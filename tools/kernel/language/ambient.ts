/** Copying methods of ES2023, which the declarations of TypeScript 5.0 leave out. */
const typedArrays = ['Int8', 'Uint8', 'Uint8Clamped', 'Int16', 'Uint16', 'Int32', 'Uint32', 'Float32', 'Float64']
  .map(
    (kind) => `interface ${kind}Array {
  toReversed(): ${kind}Array;
  toSorted(compareFn?: (a: number, b: number) => number): ${kind}Array;
  with(index: number, value: number): ${kind}Array;
}`,
  )
  .join('\n');

/**
 * What cells find in the global scope besides JavaScript and Node: the questions to the reader, and the part of
 * `Deno.jupyter` by which notebooks written for Deno's kernel show things.
 */
export const ambientDeclarations = `
/** Asks for a line of text below the cell and waits for it; null where nobody can answer. */
declare function prompt(message?: string, defaultValue?: string): string | null;
/** Asks a question that is answered with yes or no. */
declare function confirm(message?: string): boolean;
/** Shows a message and waits until the reader has confirmed it. */
declare function alert(message?: string): void;

/** Empties the output of the cell; with \`wait\`, only when the next output comes. */
declare function clearOutput(wait?: boolean): void;

/** One line between a cell and a widget in the client. */
interface Comm {
  readonly id: string;
  readonly target: string;
  /** Called with each message of the client. */
  onMessage: ((message: CommMessage) => unknown) | undefined;
  /** Called once when the client closes it. */
  onClose: ((message: CommMessage) => unknown) | undefined;
  send(data: Record<string, unknown>, options?: { metadata?: Record<string, unknown>; buffers?: Uint8Array[] }): void;
  close(data?: Record<string, unknown>): void;
}
interface CommMessage {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  buffers: Uint8Array[];
}
/** The comms of this notebook. */
declare const comms: {
  /** Takes the comms that a client opens under this name. */
  registerTarget(name: string, handler: (comm: Comm, message: CommMessage) => unknown): void;
  unregisterTarget(name: string): void;
  /** Opens one to the client. */
  open(
    target: string,
    data?: Record<string, unknown>,
    options?: { metadata?: Record<string, unknown>; buffers?: Uint8Array[]; id?: string },
  ): Comm;
};

declare namespace Deno {
  /** Deno's display functions for notebooks. */
  namespace jupyter {
    /** A media type's representation of a value. */
    type MediaBundle = Record<string, unknown>;
    type Displayable = { [$display](): MediaBundle | Promise<MediaBundle> };
    type DisplayOptions = { raw?: boolean; update?: boolean; display_id?: string };
    /** Objects with a method of this name decide how they are shown: Symbol.for("Jupyter.display"). */
    const $display: unique symbol;
    /** Shows a value below the cell. */
    function display(value: unknown, options?: DisplayOptions): Promise<void>;
    /** The media types and texts that a value is shown by. */
    function format(value: unknown): Promise<MediaBundle>;
    function html(strings: TemplateStringsArray, ...values: unknown[]): Displayable;
    function md(strings: TemplateStringsArray, ...values: unknown[]): Displayable;
    function svg(strings: TemplateStringsArray, ...values: unknown[]): Displayable;
    function image(pathOrData: string | URL | Uint8Array): Displayable;
    /** Sends a message of this type to every client of the notebook. */
    function broadcast(
      type: string,
      content: Record<string, unknown>,
      extra?: { metadata?: Record<string, unknown>; buffers?: Uint8Array[] },
    ): Promise<void>;
  }
}

interface ReadonlyArray<T> {
  /** A copy in reverse order. */
  toReversed(): T[];
  /** A sorted copy. */
  toSorted(compareFn?: (a: T, b: T) => number): T[];
  /** A copy with elements removed and put in. */
  toSpliced(start: number, deleteCount?: number, ...items: T[]): T[];
  /** A copy with one element replaced. */
  with(index: number, value: T): T[];
}
interface Array<T> {
  /** A copy in reverse order. */
  toReversed(): T[];
  /** A sorted copy. */
  toSorted(compareFn?: (a: T, b: T) => number): T[];
  /** A copy with elements removed and put in. */
  toSpliced(start: number, deleteCount?: number, ...items: T[]): T[];
  /** A copy with one element replaced. */
  with(index: number, value: T): T[];
}
${typedArrays}
`;
