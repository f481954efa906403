/** A window of a feature. `span` is Infinity for lifetime. Milliseconds. */
export interface Window {
  readonly span: number
  readonly hop: number
}

/**
 * Hop of a lifetime window: larger than the span of all times, so that such a window has at most two tiles (before and
 * from the epoch on), and its state does not grow with events.
 */
export const LIFETIME_HOP = 2 ** 45

/**
 * The start of the tile that holds a time, toward −∞. A window of span W at clock `t` starts at `floorTo(t − W, hop)`
 * (semantics §3). Times are below 2^44, so the double quotient cannot round across an integer.
 */
export function floorTo(time: number, hop: number): number {
  return hop === 1 ? time : Math.floor(time / hop) * hop
}
