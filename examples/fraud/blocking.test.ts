import assert from 'node:assert/strict'
import test from 'node:test'
import { block, mean } from './blocking.ts'
import { wholeWeeks, type Scored } from './scored.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

interface Row {
  readonly hours: number
  readonly card?: number
  readonly score?: number
  readonly amount?: number
  readonly fraud?: boolean
  readonly burst?: number
  readonly test?: boolean
}

const scored = (...rows: readonly Row[]): Scored => ({
  t: Float64Array.from(rows, ({ hours }) => hours * HOUR),
  score: Float64Array.from(rows, ({ score = 0 }) => score),
  amount: Float64Array.from(rows, ({ amount = 20 }) => amount),
  card: Int32Array.from(rows, ({ card = 1 }) => card),
  fraud: Uint8Array.from(rows, ({ fraud, burst }) => Number(fraud ?? burst !== undefined)),
  burst: Int32Array.from(rows, ({ burst = -1 }) => burst),
  isTest: Uint8Array.from(rows, ({ test = false }) => Number(test)),
})

test('a payment at the threshold is declined, and its card blocked for a day, that of others not', () => {
  const rows = scored(
    { hours: 1, score: 0.49 },
    { hours: 2, score: 0.5, amount: 100, fraud: true },
    { hours: 3, amount: 50, fraud: true },
    { hours: 4, card: 2, fraud: true },
    { hours: 25.9 },
    { hours: 26 },
  )
  const { weeks, rejected, rejectedGenuine } = block(rows, 0.5)
  assert.deepEqual([[...weeks], rejected, rejectedGenuine], [[100 + 50 - 10], 3, 1])
  const after = block(rows, 0.5, { inline: false })
  assert.deepEqual([[...after.weeks], after.rejected, after.rejectedGenuine], [[50 - 10], 2, 1])
  assert.deepEqual([...block(rows, 0.51).weeks], [0])
})

test('a block begins anew only with a decision behind it', () => {
  const rows = scored({ hours: 0, score: 1 }, { hours: 23, score: 1 }, { hours: 25 }, { hours: 26, score: 1 }, { hours: 49 })
  assert.equal(block(rows, 0.5).rejected, 4)
})

test('bursts: found if one payment is rejected, and the dollars of cash-outs that are', () => {
  const rows = scored(
    { hours: 1, card: 1, burst: 0, amount: 1, test: true },
    { hours: 1.1, card: 1, burst: 0, amount: 2, test: true, score: 0.9 },
    { hours: 1.2, card: 1, burst: 0, amount: 100 },
    { hours: 2, card: 2, burst: 1, amount: 1, test: true },
    { hours: 2.1, card: 2, burst: 1, amount: 200, score: 0.9 },
    { hours: 3, card: 3, burst: 2, amount: 1, test: true },
    { hours: 3.1, card: 3, burst: 2, amount: 50 },
  )
  const of = ({ bursts, burstsFound, cashOuts, cashOutsRejected, weeks }: ReturnType<typeof block>) => [
    bursts,
    burstsFound,
    cashOuts,
    cashOutsRejected,
    weeks[0],
  ]
  assert.deepEqual(of(block(rows, 0.9)), [3, 2, 350, 300, 302])
  assert.deepEqual(of(block(rows, 0.9, { inline: false })), [3, 1, 350, 100, 100])
})

test('dollars are counted by week, from the midnight before the first payment', () => {
  const rows = scored(
    { hours: 12, card: 1, score: 1, fraud: true, amount: 30 },
    { hours: 7 * 24 - 1, card: 2, score: 1 },
    { hours: 7 * 24, card: 3, score: 1, fraud: true, amount: 40 },
  )
  const { weeks } = block(rows, 0.5)
  assert.deepEqual([...weeks], [20, 40])
  assert.equal(mean(weeks), 30)
})

test('whole weeks behind thirty days are judged', () => {
  const daily = scored(...Array.from({ length: 46 }, (_, day) => ({ hours: 24 * day + 12, amount: day })))
  const judged = wholeWeeks(daily)
  assert.deepEqual([...judged.amount], [30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43])
  assert.equal(judged.t[0], 30 * DAY + 12 * HOUR)
  for (const column of Object.values(judged) as ArrayLike<number>[]) assert.equal(column.length, 14)
  assert.throws(() => wholeWeeks(scored({ hours: 1 }, { hours: 36.5 * 24 - 24 })), /it takes 37 days/)
  assert.equal(wholeWeeks(scored({ hours: 1 }, { hours: 37 * 24 - 1 })).t.length, 1)
})
