export { type ConnectionInfo, newConnection, writeConnectionFile } from './connection.js';
export { CellTimeout, type ExecuteOptions, type Execution, execute } from './execute.js';
export { KernelClient, type RequestOptions } from './kernelClient.js';
export { kernelCommand } from './kernelCommand.js';
export { type Channel, type Header, type Message, newHeader, pack, unpack } from './message.js';
export { type Kernel, type StartOptions, startKernel } from './startKernel.js';
export { waitUntilReady } from './waitUntilReady.js';
