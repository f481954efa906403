/**
 * Card precision, the metric of the handbook beside AUC and average precision: the share of compromised cards among those an analyst would
 * check.
 */

export const DAY = 86_400_000

/** Payments in order of time. */
export interface Judged {
  /** UTC ms. */
  readonly t: Float64Array
  /** A number for each card. */
  readonly card: Int32Array
  readonly fraud: Uint8Array
}

const dayOf = (t: number): number => Math.floor(t / DAY)

/**
 * Card precision at `cards`. Each day the cards are ranked by their highest score; the result is the share of compromised cards among the
 * first `cards`, averaged over the days. Cards that were found are not ranked again.
 */
export function cardPrecision({ t, card, fraud }: Judged, score: Float64Array, cards: number): number {
  const found = new Set<number>()
  const shares: number[] = []
  for (let from = 0; from < t.length;) {
    const day = dayOf(t[from])
    const highest = new Map<number, number>()
    const compromised = new Set<number>()
    for (; from < t.length && dayOf(t[from]) === day; from++) {
      if (found.has(card[from])) continue
      highest.set(card[from], Math.max(highest.get(card[from]) ?? -Infinity, score[from]))
      if (fraud[from] === 1) compromised.add(card[from])
    }
    const ranked = [...highest].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, cards)
    const right = ranked.filter(([one]) => compromised.has(one))
    for (const [one] of right) found.add(one)
    shares.push(right.length / cards)
  }
  return shares.reduce((sum, share) => sum + share, 0) / shares.length
}

/**
 * 1 for each payment of `test` whose card is not known to be compromised on its day: by a fraud since `since`, UTC ms, at least `delay`
 * whole days earlier, so that its chargeback has arrived.
 */
export function notKnown(all: Judged, since: number, test: Judged, delay = 7): Uint8Array {
  const knownFrom = new Map<number, number>()
  for (const [i, t] of all.t.entries())
    if (all.fraud[i] === 1 && t >= since && !knownFrom.has(all.card[i])) knownFrom.set(all.card[i], dayOf(t) + delay + 1)
  return test.fraud.map((_, i) => Number(dayOf(test.t[i]) < (knownFrom.get(test.card[i]) ?? Infinity)))
}
