/** IPython's question marks: `name?`, `?name` and `name??` ask what a name is. Undefined for any other code. */
export function inspectedName(code: string): { name: string; detailLevel: 0 | 1 } | undefined {
  const found = /^\s*(\?{0,2})([\p{ID_Start}$_][\p{ID_Continue}$.]*)(\?{0,2})\s*$/u.exec(code);
  const [, before = '', name = '', after = ''] = found ?? [];
  if (name === '' || before.length + after.length === 0) return undefined;
  return { name, detailLevel: before.length + after.length > 1 ? 1 : 0 };
}
