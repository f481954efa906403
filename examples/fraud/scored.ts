/** Decisions on payments in their order, with the truth about the payments. */
export interface Scored {
  /** UTC ms, ascending. */
  readonly t: Float64Array
  readonly score: Float64Array
  /** Dollars. */
  readonly amount: Float64Array
  /** A number for each card. */
  readonly card: Int32Array
  readonly fraud: Uint8Array
  /** The burst of card testing; -1 for all others. */
  readonly burst: Int32Array
  /** 1 for a payment that only tests a card. */
  readonly isTest: Uint8Array
}

const DAY = 86_400_000
/** Before this, the history of a card has less than its thirty days. */
const WARM_UP = 30 * DAY
export const WEEK = 7 * DAY

/** The whole weeks after the first thirty days. Throws if there is none. */
export function wholeWeeks(scored: Scored): Scored {
  const { t } = scored
  const start = Math.floor(t[0] / DAY) * DAY + WARM_UP
  // A day of the generator ends with a burst or a payment, never at midnight.
  const weeks = Math.floor((Math.ceil(t[t.length - 1] / DAY) * DAY - start) / WEEK)
  if (!(weeks > 0)) throw new RangeError('nothing to judge: it takes 37 days, since the first 30 only say what is usual')
  return part(scored, lowerBound(t, start), lowerBound(t, start + weeks * WEEK))
}

function part({ t, score, amount, card, fraud, burst, isTest }: Scored, from: number, to: number): Scored {
  return {
    t: t.subarray(from, to),
    score: score.subarray(from, to),
    amount: amount.subarray(from, to),
    card: card.subarray(from, to),
    fraud: fraud.subarray(from, to),
    burst: burst.subarray(from, to),
    isTest: isTest.subarray(from, to),
  }
}

/** Index of the first value that is at least `value`. */
function lowerBound(ascending: Float64Array, value: number): number {
  let from = 0
  for (let to = ascending.length; from < to;) {
    const middle = (from + to) >> 1
    if (ascending[middle] < value) from = middle + 1
    else to = middle
  }
  return from
}
