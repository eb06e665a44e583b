/** Points of a stroke, each perhaps a corner. */
export type ControlPoint = { x: number; y: number; corner: boolean };

/** Reads `x,y x,y! …` (see styles.ts). */
export function parseStroke(text: string): ControlPoint[] {
  return text.split(' ').map((point) => {
    const match = /^(\d+),(\d+)(!?)$/.exec(point);
    if (match === null) throw new Error(`not a point of a stroke: "${point}" in "${text}"`);
    return { x: Number(match[1]), y: Number(match[2]), corner: match[3] === '!' };
  });
}

/** A sampled curve: the points one after another, and how far along the stroke each lies, from 0 to 1. */
export type Curve = { x: Float64Array; y: Float64Array; along: Float64Array };

/**
 * The centripetal Catmull–Rom spline through the points: it passes every point, is smooth except at corners, and, unlike the uniform one, makes no
 * cusps or loops of its own. Yuksel, Schaefer, Keyser: "Parameterization and applications of Catmull-Rom curves", 2011.
 */
export function curveThrough(points: readonly ControlPoint[], perSegment: number): Curve {
  const count = (points.length - 1) * perSegment + 1;
  const curve: Curve = { x: new Float64Array(count), y: new Float64Array(count), along: new Float64Array(count) };
  let n = 0;
  const put = (x: number, y: number): void => {
    curve.x[n] = x;
    curve.y[n] = y;
    curve.along[n] = n / (count - 1);
    n++;
  };
  for (let i = 0; i + 1 < points.length; i++) {
    const b = points[i]!;
    const c = points[i + 1]!;
    // Beyond an end or a corner the curve is continued in a straight line.
    const a = i > 0 && !b.corner ? points[i - 1]! : { x: 2 * b.x - c.x, y: 2 * b.y - c.y };
    const d = i + 2 < points.length && !c.corner ? points[i + 2]! : { x: 2 * c.x - b.x, y: 2 * c.y - b.y };
    const knot = (p: { x: number; y: number }, q: { x: number; y: number }): number =>
      Math.max(1e-6, Math.sqrt(Math.sqrt((p.x - q.x) * (p.x - q.x) + (p.y - q.y) * (p.y - q.y))));
    const t1 = knot(a, b);
    const t2 = t1 + knot(b, c);
    const t3 = t2 + knot(c, d);
    const last = i + 2 === points.length;
    for (let s = 0; s < perSegment + (last ? 1 : 0); s++) {
      const t = t1 + ((t2 - t1) * s) / perSegment;
      const at = (pa: number, pb: number, pc: number, pd: number): number => {
        const p01 = ((t1 - t) * pa + t * pb) / t1;
        const p12 = ((t2 - t) * pb + (t - t1) * pc) / (t2 - t1);
        const p23 = ((t3 - t) * pc + (t - t2) * pd) / (t3 - t2);
        const p012 = ((t2 - t) * p01 + t * p12) / t2;
        const p123 = ((t3 - t) * p12 + (t - t1) * p23) / (t3 - t1);
        return ((t2 - t) * p012 + (t - t1) * p123) / (t2 - t1);
      };
      put(at(a.x, b.x, c.x, d.x), at(a.y, b.y, c.y, d.y));
    }
  }
  return curve;
}
