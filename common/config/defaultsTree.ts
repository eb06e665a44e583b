// From `defaults:` lists to the files in their order, as Hydra 1.3 does it (hydra/_internal/defaults_list.py).
import { didYouMean, shortPath } from '../utils/index.js';
import { type Default, readDefaults } from './defaults.js';
import { type Groups, optionFile } from './groups.js';
import { groupKey, packageOf } from './package.js';
import { fail, type Source } from './source.js';
import type { MapTree } from './tree.js';
import { readYaml } from './yamlFile.js';

/** What the command line says of a group (`model`, `model@teacher`): its options, null for none; `add`: it was `+group=option`. */
export interface Selection {
  options: readonly string[] | null;
  source: Source;
  add: boolean;
}
export type Selections = ReadonlyMap<string, Selection>;
/** Groups to take out (`~model`), or only where the option is the given one (`~model=tiny`). */
export type Deletions = ReadonlyMap<string, { option: string | undefined; source: Source }>;

/** A file of the composition and where its keys go. */
export interface Layer {
  file: string;
  body: MapTree;
  package: readonly string[];
}

export interface DefaultsList {
  /** What comes later wins. */
  layers: Layer[];
  /** Group → the option taken, null for none; in the order of the layers. */
  choices: Map<string, string | null>;
  /** Deletions that met no group. */
  unused: string[];
}

interface Parent {
  group: string;
  package: readonly string[];
  stack: readonly string[];
  /** In the subtree of an option that was an interpolation: every choice is made already. */
  late: boolean;
}
type Entry = Exclude<Default, { kind: 'self' }>;
type Part = Layer | { choice: [key: string, option: string | null]; source: Source };

/** Reads the primary file and every file that the `defaults:` lists name, the command line's choices first. */
export async function defaultsList(
  primary: string,
  groups: Groups,
  selections: Selections,
  deletions: Deletions,
): Promise<DefaultsList> {
  const [listed, added] = [new Map(selections), new Map<string, Selection>()];
  for (const [key, selection] of selections) {
    if (!selection.add) continue;
    listed.delete(key);
    added.set(key, selection);
  }
  // A chosen group that no list names is added at the end: a second pass, because only the first one tells.
  for (;;) {
    const builder = new Builder(groups, listed, deletions);
    const parts = await builder.primary(primary, added);
    const missed = [...listed].filter(([key]) => !builder.used.has(key));
    for (const [key, selection] of missed) {
      listed.delete(key);
      added.set(key, selection);
    }
    if (missed.length === 0) return finish(parts, builder, selections, deletions);
  }
}

function finish(parts: readonly Part[], builder: Builder, selections: Selections, deletions: Deletions): DefaultsList {
  builder.refuseUnusedOverrides();
  const choices = new Map<string, string | null>();
  for (const part of parts) {
    if (!('choice' in part)) continue;
    const [key, option] = part.choice;
    if (choices.has(key) && option !== null && choices.get(key) !== null) {
      const added = selections.get(key);
      const message = added?.add
        ? `${key} is in the defaults list already; write ${key}=${added.options?.join(',') ?? 'null'}`
        : `${key} is chosen twice in the defaults lists; give one a package (${key}@other: ${option}) or write "override ${key}: ${option}"`;
      fail([{ source: added?.add ? added.source : part.source, message }]);
    }
    choices.set(key, option);
  }
  return {
    layers: parts.filter((part) => 'body' in part),
    choices,
    unused: [...deletions.keys()].filter((key) => !builder.deleted.has(key)),
  };
}

class Builder {
  readonly used = new Set<string>();
  readonly deleted = new Set<string>();
  private readonly groups: Groups;
  private readonly selections: Selections;
  private readonly deletions: Deletions;
  /** Of `override group: option` the outermost one counts, so the first that is met. */
  private readonly overrides = new Map<string, { entry: Entry; used: boolean }>();
  private readonly known = new Map<string, string | null>();

  constructor(groups: Groups, selections: Selections, deletions: Deletions) {
    this.groups = groups;
    this.selections = selections;
    this.deletions = deletions;
  }

  async primary(file: string, added: Selections): Promise<Part[]> {
    const parent: Parent = { group: '', package: [], stack: [], late: false };
    const more = [...added].map(([key, { options, source }]): Entry => {
      const [group = '', pack] = key.split('@');
      return { kind: 'group', group, options, package: pack, optional: false, override: false, source };
    });
    const { tree, header } = await readYaml(file);
    return this.expand({ file, body: tree, package: header.package ?? [] }, parent, more);
  }

  refuseUnusedOverrides(): void {
    for (const [key, { entry, used }] of this.overrides)
      if (!used) {
        const known = [...this.known.keys()];
        const list = known.length > 0 ? ` Groups there: ${known.join(', ')}` : '';
        const message = `overrides ${key}, which is in no defaults list.${didYouMean(key, known)}${list}`;
        fail([{ source: entry.source, message }]);
      }
  }

  /** The parts of a file: its own keys where `_self_` stands, and those of its entries. */
  private async expand(layer: Layer, parent: Parent, more: readonly Entry[] = []): Promise<Part[]> {
    const { file, body } = layer;
    if (parent.stack.includes(file)) {
      const circle = [...parent.stack, file].map(shortPath).join(' → ');
      fail([{ source: body.source, message: `a circle of defaults: ${circle}` }]);
    }
    const below: Parent = { ...parent, package: layer.package, stack: [...parent.stack, file] };
    const entries: Default[] = [...readDefaults(body), ...more];
    for (const entry of entries) if (entry.kind !== 'self' && entry.override) this.override(entry, below);
    // Backwards, so that a later file's `override` reaches the entries before it; interpolated options when the others are known.
    const parts: Part[][] = entries.map(() => []);
    const order = entries.map((_, i) => i).reverse();
    const isLate = (i: number) => {
      const entry = entries[i];
      return entry?.kind === 'group' && (entry.options?.some((name) => name.includes('${')) ?? false);
    };
    for (const i of [...order.filter((i) => !isLate(i)), ...order.filter(isLate)]) {
      const entry = entries[i];
      if (entry === undefined || (entry.kind !== 'self' && entry.override)) continue;
      parts[i] =
        entry.kind === 'self' ? [layer] : await this.choose(entry, { ...below, late: below.late || isLate(i) });
    }
    return parts.flat();
  }

  private override(entry: Entry, parent: Parent): void {
    if (parent.late)
      fail([{ source: entry.source, message: 'a file that an interpolation chose cannot override other groups' }]);
    const key = groupKey(entry, parent);
    if (!this.overrides.has(key)) this.overrides.set(key, { entry, used: false });
  }

  private async choose(entry: Entry, parent: Parent): Promise<Part[]> {
    const group = this.groupOf(entry, parent);
    const key = entry.kind === 'group' ? groupKey(entry, parent) : undefined;
    let { options, source } = entry;
    let chosen = false;
    if (key !== undefined) {
      const override = this.overrides.get(key);
      if (override) {
        override.used = true;
        ({ options, source } = override.entry);
      }
      const selection = this.selections.get(key);
      if (selection) {
        this.used.add(key);
        ({ options, source } = selection);
        chosen = true;
      }
      const deletion = this.deletions.get(key);
      if (deletion && (deletion.option === undefined || options?.join(',') === deletion.option)) {
        this.deleted.add(key);
        return [];
      }
      options = options?.map((option) => this.interpolate(option, source)) ?? null;
      this.known.set(key, options?.join(',') ?? null);
    }
    const parts: Part[] = [];
    for (const option of options ?? []) {
      if (option === '???') this.mustChoose(key ?? group, group, source);
      if (entry.optional && !chosen && !this.groups.get(group)?.has(option)) continue;
      const file = optionFile(this.groups, group, option, source);
      const { tree, header } = await readYaml(file);
      const place = packageOf(entry, parent, header.package);
      parts.push(...(await this.expand({ file, body: tree, package: place }, { ...parent, group })));
    }
    return key === undefined ? parts : [{ choice: [key, options?.join(',') ?? null], source }, ...parts];
  }

  private groupOf({ group }: Entry, parent: Parent): string {
    return group.startsWith('/') ? group.slice(1) : [parent.group, group].filter(Boolean).join('/');
  }

  /** `${model}_${data}` from what was chosen for other groups. */
  private interpolate(option: string, source: Source): string {
    return option.replace(/\$\{([^{}]*)\}/g, (_, name: string) => {
      const value = this.known.get(name.trim());
      if (typeof value === 'string') return value;
      const known = [...this.known.keys()];
      const list = known.length > 0 ? ` Groups there: ${known.join(', ')}` : '';
      const message = `no option is chosen for "${name}".${didYouMean(name, known)}${list}`;
      return fail([{ source, message }]);
    });
  }

  private mustChoose(key: string, group: string, source: Source): never {
    const options = [...(this.groups.get(group)?.keys() ?? [])];
    const message = `${key} must be chosen: ${key}=<option>. Options: ${options.join(', ')}`;
    return fail([{ source, message }]);
  }
}
