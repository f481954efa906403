import assert from 'node:assert/strict'
import test from 'node:test'
import { cardPrecision, DAY, notKnown } from './card-precision.ts'

/** Payments as [day, card, fraud, score], a minute apart. */
const paid = (rows: readonly (readonly [day: number, card: number, fraud: number, score: number])[]) => ({
  t: Float64Array.from(rows, ([day], i) => day * DAY + i * 60_000),
  card: Int32Array.from(rows, ([, card]) => card),
  fraud: Uint8Array.from(rows, ([, , fraud]) => fraud),
  score: Float64Array.from(rows, ([, , , score]) => score),
})

test('a card is as high as its highest payment, and one that was found is not ranked again', () => {
  const { score, ...judged } = paid([
    [0, 1, 0, 0.1],
    [0, 1, 1, 0.9], // found on day 0, although another payment of the card ranks low
    [0, 2, 0, 0.8],
    [0, 3, 1, 0.7], // the third
    [1, 1, 1, 1.0], // found already
    [1, 3, 0, 0.6], // not compromised on that day
    [1, 4, 1, 0.5],
  ])
  assert.equal(cardPrecision(judged, score, 2), (1 / 2 + 1 / 2) / 2)
  assert.equal(cardPrecision(judged, score, 1), (1 + 0) / 2)
  // With fewer cards than the limit, the rest count as not compromised.
  assert.equal(cardPrecision(judged, score, 4), (2 / 4 + 1 / 4) / 2)
})

test('a card is left out from the day on which a chargeback of it has come', () => {
  const all = paid([
    [0, 1, 1, 0], // before training
    [10, 2, 1, 0],
    [12, 3, 1, 0],
    [18, 2, 0, 0],
    [19, 1, 0, 0],
    [19, 3, 1, 0],
    [20, 3, 1, 0],
    [20, 4, 1, 0],
  ])
  const from = (day: number) => ({
    t: all.t.filter(t => t >= day * DAY),
    card: all.card.filter((_, i) => all.t[i] >= day * DAY),
    fraud: all.fraud.filter((_, i) => all.t[i] >= day * DAY),
  })
  // The fraud of day 10 is known in the week from day 18, that of day 12 from day 20. Frauds before training do not count.
  assert.deepEqual([...notKnown(all, 10 * DAY, from(18))], [0, 1, 1, 0, 1])
})
