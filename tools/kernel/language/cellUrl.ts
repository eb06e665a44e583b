/** The name under which V8 knows a cell's script, in stack frames and for the inspector. */
export function cellUrl(cell: number): string {
  return `atelier-cell:${cell}`;
}
