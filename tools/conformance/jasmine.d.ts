// What main.ts uses of jasmine, which ships without types (those on npm declare globals that the tests of this project do not have).
declare module 'jasmine' {
  interface Result {
    fullName: string;
    status: string;
    failedExpectations: { message: string }[];
  }
  export default class Jasmine {
    constructor(options: { projectBaseDir: string });
    exitOnCompletion: boolean;
    env: { configure(options: { random?: boolean; specFilter?: (spec: { getFullName(): string }) => boolean }): void };
    clearReporters(): void;
    addReporter(reporter: { specDone(result: Result): void }): void;
    addSpecFile(path: string): void;
    execute(): Promise<unknown>;
  }
}
