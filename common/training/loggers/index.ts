export type { Embedding, HParam, Logger, LoggerPlace, OpenLogger } from './logger.js';
export { LoggerGroup } from './loggerGroup.js';
export { jsonLines, type LoggersOptions, loggerOf, loggers, tensorBoard } from './loggers.js';
