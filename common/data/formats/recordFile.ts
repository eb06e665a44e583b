import { messageOf, UserError } from '../../utils/index.js';
import type { DataFile } from '../files/dataFile.js';
import type { RecordFormat } from './recordFormat.js';

/** Where the records of a file are: start and end in bytes, the line on which each begins. The header is not among them. */
export interface RecordFile {
  file: DataFile;
  format: RecordFormat;
  columns: readonly string[] | undefined;
  starts: readonly number[];
  ends: readonly number[];
  lines: readonly number[];
}

/** A record as it comes by: its bytes and its line. */
export interface ArrivingRecord {
  bytes: Uint8Array;
  line: number;
}

/** Finds all records of a file: reads it once. @throws UserError where it is no text, has no header or ends within a record. */
export async function indexRecords(file: DataFile, format: RecordFormat): Promise<RecordFile> {
  const starts: number[] = [];
  const ends: number[] = [];
  const lines: number[] = [];
  await split(file, format, (start, end, line) => {
    starts.push(start);
    ends.push(end);
    lines.push(line);
  });
  let columns: readonly string[] | undefined;
  if (format.header) {
    const [start, end] = [starts.shift(), ends.shift()];
    lines.shift();
    const header = start === undefined || end === undefined ? undefined : await file.read(start, end);
    columns = columnsOf(file, format, header);
  }
  return { file, format, columns, starts, ends, lines };
}

/** The columns' names by a CSV file's header. */
export function columnsOf(file: DataFile, format: RecordFormat, header: Uint8Array | undefined) {
  return named(file, () => format.columns(header));
}

/** The records of a file as they come, the header of a CSV file first. Only the one in work is in memory. */
export async function* streamRecords(file: DataFile, format: RecordFormat): AsyncGenerator<ArrivingRecord[]> {
  let kept: Uint8Array = new Uint8Array();
  let keptFrom = 0;
  let found: { start: number; end: number; line: number }[] = [];
  const splitter = format.splitter();
  const take = () => {
    const records = found.map(({ start, end, line }) => ({
      bytes: kept.subarray(start - keptFrom, end - keptFrom),
      line,
    }));
    const last = found.at(-1)?.end;
    if (last !== undefined) {
      kept = kept.slice(last - keptFrom);
      keptFrom = last;
    }
    found = [];
    return records;
  };
  const emit = (start: number, end: number, line: number) => {
    found.push({ start, end, line });
  };
  let isFirst = true;
  for await (const piece of file.stream()) {
    if (isFirst) checkEncoding(file, piece);
    const bytes = isFirst ? withoutMark(piece) : piece;
    isFirst = false;
    kept = Buffer.concat([kept, bytes]);
    named(file, () => splitter.push(bytes, emit));
    if (found.length > 0) yield take();
  }
  named(file, () => splitter.end(emit));
  if (found.length > 0) yield take();
}

async function split(
  file: DataFile,
  format: RecordFormat,
  emit: (start: number, end: number, line: number) => void,
): Promise<void> {
  const splitter = format.splitter();
  let skip = 0;
  let isFirst = true;
  const shifted = (start: number, end: number, line: number) => emit(start + skip, end + skip, line);
  for await (const piece of file.stream()) {
    let bytes = piece;
    if (isFirst) {
      checkEncoding(file, piece);
      bytes = withoutMark(piece);
      skip = piece.length - bytes.length;
    }
    isFirst = false;
    named(file, () => splitter.push(bytes, shifted));
  }
  named(file, () => splitter.end(shifted));
}

function withoutMark(piece: Uint8Array): Uint8Array {
  return piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf ? piece.subarray(3) : piece;
}

function checkEncoding(file: DataFile, piece: Uint8Array): void {
  const isUtf16 = (piece[0] === 0xff && piece[1] === 0xfe) || (piece[0] === 0xfe && piece[1] === 0xff);
  if (isUtf16) throw new UserError(`${file.name} is UTF-16: save it as UTF-8.`);
}

function named<T>(file: DataFile, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file.name}: ${messageOf(error)}.`, { cause: error });
  }
}
