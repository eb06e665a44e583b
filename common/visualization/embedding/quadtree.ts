/** Points that a leaf holds at most, unless they lie closer together than the grid tells apart. */
const LEAF = 16;
/** Bits of a coordinate: positions are told apart on a grid of 32,768 × 32,768 cells. */
const BITS = 15;

/**
 * The quadtree of n points of the plane for the Barnes–Hut approximation: far away, the points of a cell act as one in their centre. Nodes are written in
 * depth-first order, so that walking over it needs no stack: the next node is the one behind (into the cell) or `skip` (over it). Built anew for
 * every step in the same arrays.
 */
export class Quadtree {
  /** The points in the order of a Z-curve, in which neighbours are mostly near one another: `order[s]` is point s of the curve. */
  readonly order: Int32Array;
  private readonly n: number;
  private readonly x: Float64Array;
  private readonly y: Float64Array;
  private readonly keys: Uint32Array;
  private readonly sorting: { keys: Uint32Array; order: Int32Array };
  private readonly counts = new Int32Array(1 << BITS);
  // Prefix sums of the coordinates along the curve: the centre of any run of points is two differences.
  private readonly sumX: Float64Array;
  private readonly sumY: Float64Array;
  // By node: centre, points, squared width of the cell, the node behind it and below, and the end of a leaf's run of points (0: no leaf).
  private readonly centreX: Float64Array;
  private readonly centreY: Float64Array;
  private readonly mass: Float64Array;
  private readonly width2: Float64Array;
  private readonly skip: Int32Array;
  private readonly first: Int32Array;
  private readonly end: Int32Array;
  private nodes = 0;
  private side = 1;

  constructor(n: number) {
    this.n = n;
    const most = 2 * n + 1;
    this.order = new Int32Array(n);
    [this.x, this.y] = [new Float64Array(n), new Float64Array(n)];
    this.keys = new Uint32Array(n);
    this.sorting = { keys: new Uint32Array(n), order: new Int32Array(n) };
    [this.sumX, this.sumY] = [new Float64Array(n + 1), new Float64Array(n + 1)];
    [this.centreX, this.centreY] = [new Float64Array(most), new Float64Array(most)];
    [this.mass, this.width2] = [new Float64Array(most), new Float64Array(most)];
    [this.skip, this.first, this.end] = [new Int32Array(most), new Int32Array(most), new Int32Array(most)];
  }

  /** @param points x and y of each point in turn. */
  build(points: Float64Array): void {
    const { n, keys, order } = this;
    let [left, right, bottom, top] = [points[0]!, points[0]!, points[1]!, points[1]!];
    for (let i = 0; i < n; i++) {
      const [x, y] = [points[2 * i]!, points[2 * i + 1]!];
      if (x < left) left = x;
      else if (x > right) right = x;
      if (y < bottom) bottom = y;
      else if (y > top) top = y;
    }
    this.side = Math.max(right - left, top - bottom) * (1 + 1e-9) || 1;
    const scale = 2 ** BITS / this.side;
    for (let i = 0; i < n; i++) {
      keys[i] = spread((points[2 * i]! - left) * scale) | (spread((points[2 * i + 1]! - bottom) * scale) << 1);
      order[i] = i;
    }
    this.sortByKey();
    for (let s = 0; s < n; s++) {
      const i = order[s]!;
      this.x[s] = points[2 * i]!;
      this.y[s] = points[2 * i + 1]!;
      this.sumX[s + 1] = this.sumX[s]! + this.x[s]!;
      this.sumY[s + 1] = this.sumY[s]! + this.y[s]!;
    }
    this.nodes = 0;
    this.add(0, n);
  }

  /** Radix sort of the keys, two passes of 15 bits. */
  private sortByKey(): void {
    const { n, counts } = this;
    let [keys, order] = [this.keys, this.order];
    let { keys: otherKeys, order: otherOrder } = this.sorting;
    for (const shift of [0, BITS]) {
      const mask = (1 << BITS) - 1;
      counts.fill(0);
      for (let i = 0; i < n; i++) counts[(keys[i]! >>> shift) & mask]!++;
      let before = 0;
      for (let digit = 0; digit <= mask; digit++) {
        const count = counts[digit]!;
        counts[digit] = before;
        before += count;
      }
      for (let i = 0; i < n; i++) {
        const place = counts[(keys[i]! >>> shift) & mask]!++;
        otherKeys[place] = keys[i]!;
        otherOrder[place] = order[i]!;
      }
      [keys, otherKeys, order, otherOrder] = [otherKeys, keys, otherOrder, order];
    }
  }

  /** The node of a run of points of the curve, and below it those of its quarters. */
  private add(from: number, to: number): void {
    const node = this.nodes++;
    const count = to - from;
    this.centreX[node] = (this.sumX[to]! - this.sumX[from]!) / count;
    this.centreY[node] = (this.sumY[to]! - this.sumY[from]!) / count;
    this.mass[node] = count;
    // The first bit in which the keys differ tells the smallest cell that holds them all.
    const differing = 32 - Math.clz32((this.keys[from]! ^ this.keys[to - 1]!) >>> 0);
    const level = (differing + 1) >> 1;
    this.width2[node] = (this.side * 2 ** (level - BITS)) ** 2;
    this.first[node] = from;
    if (count <= LEAF || level === 0) this.end[node] = to;
    else {
      this.end[node] = 0;
      const shift = 2 * (level - 1);
      let start = from;
      while (start < to) {
        const quarter = this.keys[start]! >>> shift;
        let stop = start + 1;
        while (stop < to && this.keys[stop]! >>> shift === quarter) stop++;
        this.add(start, stop);
        start = stop;
      }
    }
    this.skip[node] = this.nodes;
  }

  /**
   * Adds to `force` (x and y of each point in turn) Σ_j q²·(y_i − y_j) with q = 1 / (1 + |y_i − y_j|²).
   *
   * @param theta cells narrower than theta times their distance are taken as one point; 0 sums exactly.
   * @returns Z = Σ_i Σ_{j≠i} q.
   */
  repulsion(theta: number, force: Float64Array): number {
    const { n, nodes, order, x, y, centreX, centreY, mass, width2, skip, first, end } = this;
    const theta2 = theta * theta;
    let z = 0;
    for (let s = 0; s < n; s++) {
      const [px, py] = [x[s]!, y[s]!];
      let [fx, fy, sum] = [0, 0, 0];
      let node = 0;
      while (node < nodes) {
        const dx = px - centreX[node]!;
        const dy = py - centreY[node]!;
        const d2 = dx * dx + dy * dy;
        if (width2[node]! < theta2 * d2) {
          const q = 1 / (1 + d2);
          const m = mass[node]! * q;
          sum += m;
          fx += m * q * dx;
          fy += m * q * dy;
          node = skip[node]!;
        } else if (end[node]! > 0) {
          for (let t = first[node]!; t < end[node]!; t++) {
            const ex = px - x[t]!;
            const ey = py - y[t]!;
            const q = 1 / (1 + ex * ex + ey * ey);
            sum += q;
            fx += q * q * ex;
            fy += q * q * ey;
          }
          node = skip[node]!;
        } else node++;
      }
      // The point met itself once: no force, and a q of 1.
      z += sum - 1;
      force[2 * order[s]!]! += fx;
      force[2 * order[s]! + 1]! += fy;
    }
    return z;
  }
}

/** The bits of a number below 2^15 with a zero before each. */
function spread(value: number): number {
  let x = value & 0x7fff;
  x = (x | (x << 8)) & 0x00ff00ff;
  x = (x | (x << 4)) & 0x0f0f0f0f;
  x = (x | (x << 2)) & 0x33333333;
  return (x | (x << 1)) & 0x55555555;
}
