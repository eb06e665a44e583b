/** Thrown by `defineConfig` for `--help` and `--print-config`: who started the program prints `text` and exits with 0. */
export class PrintAndExit extends Error {
  override name = 'PrintAndExit';
  readonly exitCode = 0;
  readonly text: string;

  constructor(text: string) {
    super(text);
    this.text = text;
  }
}
