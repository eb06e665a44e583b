/** The open comms: known here so that comm_info is answered while a cell runs. */
export class CommTable {
  readonly #targets = new Map<string, string>();

  open(id: string, target: string): void {
    this.#targets.set(id, target);
  }

  close(id: string): void {
    this.#targets.delete(id);
  }

  clear(): void {
    this.#targets.clear();
  }

  /** The `comms` of comm_info_reply, of one target or of all. */
  info(target?: string): Record<string, { target_name: string }> {
    const rows = [...this.#targets].filter(([, name]) => target === undefined || name === target);
    return Object.fromEntries(rows.map(([id, name]) => [id, { target_name: name }]));
  }
}
