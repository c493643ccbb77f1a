/** Countries and provinces as paths on a screen. */

/** Points nearer than this to the one before are left out, pixels. */
const CLOSEST = 0.6;

/** Paths of units on one screen, each made when it is first asked for. */
export class AreaPaths {
  /**
   * @param {import("./engine/areas.js").AreaIndex} index
   * @param {import("./engine/groups.js").Screen} screen
   */
  constructor(index, screen) {
    this.index = index;
    this.screen = screen;
    this.size = 256 * 2 ** screen.zoom;
    /** @type {Map<number, Path2D>} */
    this._made = new Map();
  }

  /** Whether a unit's box meets the screen. @param {number} unit */
  meets(unit) {
    const { screen: { x, y, width, height }, size, index: { boxes } } = this;
    const [west, north, east, south] = boxes.subarray(4 * unit, 4 * unit + 4);
    return west * size < x + width && east * size > x && north * size < y + height && south * size > y;
  }

  /** One path of several units; to be filled by the even-odd rule. @param {Iterable<number>} units */
  of(units) {
    const path = new Path2D();
    for (const unit of units) if (this.meets(unit)) path.addPath(this._path(unit));
    return path;
  }

  _path(/** @type {number} */ unit) {
    let path = this._made.get(unit);
    if (path === undefined) {
      path = new Path2D();
      const { unitStart } = this.index.topology;
      for (let ring = unitStart[unit]; ring < unitStart[unit + 1]; ring++) this._ring(path, ring);
      this._made.set(unit, path);
    }
    return path;
  }

  _ring(/** @type {Path2D} */ path, /** @type {number} */ ring) {
    const { index: { topology: { ringStart, ringArcs, start, x, y } }, size, screen } = this;
    let [lastX, lastY] = [NaN, NaN];
    for (let k = ringStart[ring]; k < ringStart[ring + 1]; k++) {
      const backwards = ringArcs[k] < 0;
      const arc = backwards ? ~ringArcs[k] : ringArcs[k];
      const count = start[arc + 1] - start[arc];
      for (let i = 0; i < count; i++) {
        const point = backwards ? start[arc + 1] - 1 - i : start[arc] + i;
        const [px, py] = [x[point] * size - screen.x, y[point] * size - screen.y];
        if (Number.isNaN(lastX)) path.moveTo(px, py);
        // Arcs meet at their ends, which stay, so that neighbours share every corner.
        else if (i < count - 1 && Math.abs(px - lastX) < CLOSEST && Math.abs(py - lastY) < CLOSEST) continue;
        else path.lineTo(px, py);
        [lastX, lastY] = [px, py];
      }
    }
    path.closePath();
  }
}
