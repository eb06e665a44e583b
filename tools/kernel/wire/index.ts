export { addressOf, type Connection, readConnectionFile } from './connectionFile.js';
export { InvalidMessage } from './invalidMessage.js';
export { type Header, type Outgoing, protocolVersion, type Request, readMessage, writeMessage } from './message.js';
export { Signer } from './signer.js';
