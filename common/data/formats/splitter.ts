/** A record of a text file: its bytes from start to end − 1, and the line on which it begins (from 1). */
export type Emit = (start: number, end: number, line: number) => void;

/**
 * Finds the records of a text file in the bytes as they come, without decoding them: in UTF-8 no byte of a letter looks like a line end,
 * a quote or a comma. Offsets are those of the file.
 */
export interface Splitter {
  push(piece: Uint8Array, emit: Emit): void;
  /** The file has ended. Throws an Error where it ends within a record. */
  end(emit: Emit): void;
}

const LF = 10;
const CR = 13;
const QUOTE = 34;

/** Lines, ended by \n, \r\n or \r as in Python. An empty line is a record unless `skipBlank`. */
export class LineSplitter implements Splitter {
  readonly #skipBlank: boolean;
  #at = 0;
  #start = 0;
  #line = 1;
  #afterCr = false;

  constructor({ skipBlank }: { skipBlank: boolean }) {
    this.#skipBlank = skipBlank;
  }

  push(piece: Uint8Array, emit: Emit): void {
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i];
      if (byte === LF && this.#afterCr) {
        this.#start = this.#at + i + 1;
        this.#afterCr = false;
      } else if (byte === LF || byte === CR) {
        this.#emit(this.#at + i, emit);
        this.#afterCr = byte === CR;
      } else this.#afterCr = false;
    }
    this.#at += piece.length;
  }

  end(emit: Emit): void {
    if (this.#start < this.#at) this.#emit(this.#at, emit);
  }

  #emit(end: number, emit: Emit): void {
    if (!this.#skipBlank || end > this.#start) emit(this.#start, end, this.#line);
    this.#start = end + 1;
    this.#line++;
  }
}

/** Records of a CSV file (RFC 4180): line ends inside quotes belong to the field. Empty lines are skipped. */
export class CsvSplitter implements Splitter {
  readonly #delimiter: number;
  #at = 0;
  #start = 0;
  #line = 1;
  #first = 1;
  /** What the next byte belongs to: a field's begin, an open field, a quoted one, or what follows a quote inside quotes. */
  #state: 'begin' | 'open' | 'quoted' | 'closed' = 'begin';
  #afterCr = false;

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  push(piece: Uint8Array, emit: Emit): void {
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i]!;
      const isSecond = byte === LF && this.#afterCr;
      this.#afterCr = byte === CR;
      if (this.#state === 'quoted') {
        if (byte === QUOTE) this.#state = 'closed';
        else if ((byte === LF && !isSecond) || byte === CR) this.#line++;
      } else if (isSecond) this.#start = this.#at + i + 1;
      else if (byte === LF || byte === CR) this.#emit(this.#at + i, emit);
      else if (byte === this.#delimiter) this.#state = 'begin';
      else if (this.#state === 'begin') this.#state = byte === QUOTE ? 'quoted' : 'open';
      else if (this.#state === 'closed') {
        if (byte !== QUOTE)
          throw new Error(`line ${this.#line}: text after a closing quote (a quote inside quotes is written twice)`);
        this.#state = 'quoted';
      }
    }
    this.#at += piece.length;
  }

  end(emit: Emit): void {
    if (this.#state === 'quoted') throw new Error(`line ${this.#first}: a quote is opened, but never closed`);
    if (this.#start < this.#at) this.#emit(this.#at, emit);
  }

  #emit(end: number, emit: Emit): void {
    if (end > this.#start) emit(this.#start, end, this.#first);
    this.#start = end + 1;
    this.#state = 'begin';
    this.#line++;
    this.#first = this.#line;
  }
}

/** The elements of a JSON file that is one array: `[{…}, {…}]`. */
export class JsonArraySplitter implements Splitter {
  #at = 0;
  #line = 1;
  #depth = 0;
  #start = -1;
  #first = 1;
  #inText = false;
  #escaped = false;
  #afterComma = false;
  #isOver = false;

  push(piece: Uint8Array, emit: Emit): void {
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i]!;
      if (byte === LF) this.#line++;
      if (this.#inText) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === 92) this.#escaped = true;
        else if (byte === QUOTE) this.#inText = false;
        continue;
      }
      if (byte === 32 || byte === LF || byte === CR || byte === 9) continue;
      if (this.#isOver) throw new Error(`line ${this.#line}: text behind the end of the list`);
      if (this.#depth === 0) {
        if (byte !== 91) throw new Error(`line ${this.#line}: a list "[" is expected`);
        this.#depth = 1;
        continue;
      }
      if (this.#depth === 1 && (byte === 44 || byte === 93)) {
        this.#close(this.#at + i, byte === 44, emit);
        continue;
      }
      if (this.#start < 0) {
        this.#start = this.#at + i;
        this.#first = this.#line;
      }
      if (byte === QUOTE) this.#inText = true;
      else if (byte === 91 || byte === 123) this.#depth++;
      else if (byte === 93 || byte === 125) this.#depth--;
    }
    this.#at += piece.length;
  }

  end(): void {
    if (!this.#isOver) throw new Error(`line ${this.#line}: the file ends within the list`);
  }

  #close(end: number, isComma: boolean, emit: Emit): void {
    if (this.#start >= 0) emit(this.#start, end, this.#first);
    else if (isComma || this.#afterComma) throw new Error(`line ${this.#line}: an element of the list is missing`);
    this.#start = -1;
    this.#afterComma = isComma;
    if (!isComma) this.#isOver = true;
  }
}
