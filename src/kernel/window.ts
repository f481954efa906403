/** A window of a feature, milliseconds. `span` is Infinity for lifetime. */
export interface WindowShape {
  readonly span: number
  readonly hop: number
}

/**
 * Hop of a lifetime window: longer than all time, so that such a window has at most two tiles (before and from the epoch on) and its
 * state does not grow with events.
 */
export const LIFETIME_HOP = 2 ** 45

/**
 * The start of the tile that contains a time, toward −∞. A window starts at `tileStart(asOf − span, hop)`
 * (semantics, the value). Times are below 2^44, so the double quotient cannot round across an integer.
 */
export function tileStart(time: number, hop: number): number {
  return hop === 1 ? time : Math.floor(time / hop) * hop
}

/**
 * The windows of one structure, by column.
 *
 * Every window starts at a multiple of `tileWidth`, so the events of a tile are inside the same windows at every as-of time, and a list
 * needs one entry for them. A window of a wider hop needs fewer entries: `Arena.makeRoom` drops the rest.
 */
export class Windows {
  readonly length: number
  /** Milliseconds; Infinity for lifetime. Ascending if the constructor's windows are. */
  readonly spans: Float64Array
  readonly hops: Float64Array
  /** Width of a tile, ms: the greatest common divisor of the hops. */
  readonly tileWidth: number
  /** Do some windows have wider tiles than others? */
  readonly hasMixedTiles: boolean
  /** Is every hop one millisecond, so that each event needs its own entry? */
  readonly isExact: boolean

  constructor(windows: readonly WindowShape[]) {
    this.length = windows.length
    this.spans = Float64Array.from(windows, window => window.span)
    this.hops = Float64Array.from(windows, window => window.hop)
    this.tileWidth = commonTile(windows)
    this.hasMixedTiles = this.hops.some(hop => hop !== this.tileWidth)
    this.isExact = this.hops.every(hop => hop === 1)
  }

  /** The start of window `w` at `asOf`. */
  start(w: number, asOf: number): number {
    return tileStart(asOf - this.spans[w], this.hops[w])
  }

  /** The earliest start of any window at `asOf`. */
  reach(asOf: number): number {
    let reach = Infinity
    for (let w = 0; w < this.length; w++) reach = Math.min(reach, this.start(w, asOf))
    return reach
  }

  /** Is the tile that begins at `start` outside every window at `asOf` and later? */
  isPast(start: number, asOf: number): boolean {
    // The first comparison is quick, and true whenever the second one is.
    return start < asOf - this.spans[this.length - 1] && start < this.reach(asOf)
  }

  /** Can a window start, at `asOf` or later, between two adjacent entries of a list? */
  canStartBetween(earlier: number, later: number, asOf: number): boolean {
    for (let w = 0; w < this.length; w++)
      if (later >= this.start(w, asOf) && tileStart(earlier, this.hops[w]) !== tileStart(later, this.hops[w])) return true
    return false
  }
}

/** The greatest common divisor of the hops. A lifetime window never moves, so any tile suits it. */
function commonTile(windows: readonly WindowShape[]): number {
  const hops = windows.filter(({ span }) => span < Infinity).map(({ hop }) => hop)
  return hops.length === 0 ? LIFETIME_HOP : hops.reduce(greatestCommonDivisor)
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
