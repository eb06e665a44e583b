import type { ScopeStatement } from './messages.js';

/** How many files hold the declarations of earlier cells; fixed, since another set of root files costs a new program. */
export const scopeCapacity = 48;

/** Declarations that share one file: a scope of its own between those of older and newer groups. */
type Group = { slot: number; statements: ScopeStatement[]; declares: Set<string>; mentions: Set<string>; size: number };

/**
 * What earlier cells have declared, kept in a fixed number of files (slots). Each cell starts as a group of its own;
 * when the slots run out, declarations that no name leads to any more are dropped, and neighbouring small groups are
 * joined where no name would change its meaning.
 */
export class NotebookScope {
  readonly #capacity: number;
  readonly #free: number[];
  #groups: Group[] = [];

  constructor(capacity = scopeCapacity) {
    this.#capacity = capacity;
    this.#free = Array.from({ length: capacity }, (_, i) => capacity - 1 - i);
  }

  /** The slots in use and their texts, the oldest first. */
  slots(): { slot: number; text: string }[] {
    return this.#groups.map(({ slot, statements }) => ({ slot, text: statements.map(({ text }) => text).join('\n') }));
  }

  /** Whether an earlier cell has declared the name. */
  declares(name: string): boolean {
    return this.#groups.some((group) => group.declares.has(name));
  }

  /** The statements of each group, the oldest first. */
  groups(): ScopeStatement[][] {
    return this.#groups.map(({ statements }) => statements);
  }

  add(statements: readonly ScopeStatement[]): void {
    if (statements.length === 0) return;
    if (this.#free.length === 0) this.#makeRoom();
    const slot = this.#free.pop();
    if (slot === undefined) throw new Error(`All ${this.#capacity} scopes are in use.`);
    this.#groups.push(group(slot, [...statements]));
  }

  clear(): void {
    for (const { slot } of this.#groups) this.#free.push(slot);
    this.#groups = [];
  }

  #makeRoom(): void {
    this.#dropUnreachable();
    while (this.#free.length < this.#capacity / 4) this.#joinNeighbours();
  }

  /** Keeps the newest declaration of each name, and what those mention, as seen from where they stand. */
  #dropUnreachable(): void {
    const groups = this.#groups;
    const kept = new Set<ScopeStatement>();
    const keepName = (name: string, from: number): void => {
      for (let i = from; i >= 0; i--) {
        if (!groups[i]?.declares.has(name)) continue;
        for (const statement of groups[i]!.statements) if (statement.declares.includes(name)) keep(statement, i);
        return;
      }
    };
    const pending: [ScopeStatement, number][] = [];
    const keep = (statement: ScopeStatement, at: number): void => {
      if (kept.has(statement)) return;
      kept.add(statement);
      pending.push([statement, at]);
    };
    const names = new Set(groups.flatMap(({ declares }) => [...declares]));
    for (const name of names) keepName(name, groups.length - 1);
    for (const [i, { statements }] of groups.entries()) {
      // `declare global` and the like declare no name here.
      for (const statement of statements) if (statement.declares.length === 0) keep(statement, i);
    }
    for (let next = pending.pop(); next; next = pending.pop()) {
      const [statement, at] = next;
      for (const name of statement.mentions) if (names.has(name)) keepName(name, at);
    }
    this.#groups = [];
    for (const old of groups) {
      const statements = old.statements.filter((statement) => kept.has(statement));
      if (statements.length > 0) this.#groups.push(group(old.slot, statements));
      else this.#free.push(old.slot);
    }
  }

  /** Joins the smallest pair of neighbours; where every pair would change a meaning, older declarations of a name go. */
  #joinNeighbours(): void {
    let best: { at: number; size: number; safe: boolean } | undefined;
    for (let at = 0; at + 1 < this.#groups.length; at++) {
      const [older, newer] = [this.#groups[at]!, this.#groups[at + 1]!];
      const safe = disjoint(newer.declares, older.declares) && disjoint(newer.declares, older.mentions);
      const size = older.size + newer.size;
      if (!best || (safe && !best.safe) || (safe === best.safe && size < best.size)) best = { at, size, safe };
    }
    if (!best) return;
    const [older, newer] = [this.#groups[best.at]!, this.#groups[best.at + 1]!];
    const remaining = older.statements.filter(({ declares }) => !declares.some((name) => newer.declares.has(name)));
    this.#groups.splice(best.at, 2, group(older.slot, [...remaining, ...newer.statements]));
    this.#free.push(newer.slot);
  }
}

function group(slot: number, statements: ScopeStatement[]): Group {
  const declares = new Set(statements.flatMap((statement) => statement.declares));
  const mentions = new Set(statements.flatMap((statement) => [...statement.mentions]));
  const size = statements.reduce((sum, { text }) => sum + text.length, 0);
  return { slot, statements, declares, mentions, size };
}

function disjoint(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const name of a) if (b.has(name)) return false;
  return true;
}
