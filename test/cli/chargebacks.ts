/** A pipeline whose models have labels of both kinds, with a history of frequent fraud. `train`: the text after the label of `fraud`. */
import { random } from '../../src/base/random.ts'

export const labelledPipeline = (
  train = 'score: linear({ intercept: 0, weights: { amount: 1 } })',
  values = "n: count('1d')",
) => `import { begins, count, entity, every, features, labelFrom, linear, model, on, pipeline, source, stream, t } from 'spillway'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.double(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() },
  key: 'payment',
  time: 'at',
})
const now = features('now', { from: payments, entity: card, place: stream, values: p => ({ ${values}, mean: p.amount.mean('7d') }) })
export const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, now: now.of(p.card) }),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '3d' }),
  ${train},
})
export const spree = model('spree', {
  decide: every('6h', card, { live: '2d' }),
  inputs: c => ({ now: now.of(c.card) }),
  label: begins(payments, p => p.amount.gt(80), { within: '12h', lasting: '0s', maxGap: '2d' }),
  score: linear({ intercept: 0, weights: { 'now.n': 1 } }),
})
export default pipeline('shop', [fraud, spree])
`

const HOUR = 3_600_000
export const begun = Date.parse('2026-01-01T00:00Z')

/** Payments of 12 cards, one every half hour, and the chargebacks of the stolen ones a day or two later: lines of NDJSON. */
export function shopHistory(days = 20, seed = 5): { payments: string; chargebacks: string } {
  const next = random(seed)
  const payments: { id: string; card: string; amount: number; at: number }[] = []
  const chargebacks: { payment: string; fraud: boolean; at: number }[] = []
  for (let i = 0; i < days * 48; i++) {
    const at = begun + (i * HOUR) / 2
    const amount = Math.round(next() * 10_000) / 100
    payments.push({ id: `p${i}`, card: `c${Math.floor(next() * 12)}`, amount, at })
    const isStolen = next() < (amount > 70 ? 0.7 : 0.05)
    // Occasionally one is disputed in vain, or too late.
    if (isStolen || next() < 0.05) chargebacks.push({ payment: `p${i}`, fraud: isStolen, at: at + Math.floor((12 + next() * 72) * HOUR) })
  }
  const until = payments.at(-1)!.at
  const lines = (rows: readonly object[]) => rows.map(row => `${JSON.stringify(row)}\n`).join('')
  return { payments: lines(payments), chargebacks: lines(chargebacks.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)) }
}
