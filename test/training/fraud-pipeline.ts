/** Payments, some with stolen cards, and a model that learns to detect them, for the tests of training. */
import { random } from '../../src/base/random.ts'
import { count, entity, features, labelFrom, linear, model, on, pipeline, source, stream, t, type Train } from '../../src/index.ts'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
export const startTime = Date.parse('2026-01-05T00:00Z') // a Monday

const card = entity('card', t.string())
export const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.double().nullable(), shop: t.int(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
export const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() },
  key: 'payment',
  time: 'at',
})

/** `window`: of the feature, which can be changed. `own`: it has a score from the start. */
export function fraudPipeline(
  train: Train,
  { window = '1d', own = false }: { readonly window?: '1d' | '2d'; readonly own?: boolean } = {},
) {
  const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count(window) }) })
  const score = own ? linear({ intercept: 0.5, weights: { shop: 0 } }) : undefined
  const fraud = model('fraud', {
    decide: on(payments),
    inputs: p => ({ amount: p.amount, shop: p.shop, n: now.of(p.card).n }),
    label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '2d' }),
    train,
    ...(score && { score }),
  })
  return pipeline('shop', [fraud])
}

export interface Payment {
  readonly id: string
  readonly card: string
  readonly amount: number | null
  readonly shop: number
  readonly at: number
}
export interface Chargeback {
  readonly payment: string
  readonly fraud: boolean
  readonly at: number
}

/** One payment an hour from `begun` on, and in order of arrival the chargebacks: `share` has the shares of the large and small ones. */
export function fraudHistory(hours: number, { seed = 1, share = [0.85, 0.05] }: { seed?: number; share?: readonly [number, number] } = {}) {
  const next = random(seed)
  const payments: Payment[] = []
  // A chargeback without a payment, so that a file without fraud is not empty.
  const backs: Chargeback[] = [{ payment: 'none', fraud: true, at: startTime }]
  for (let i = 0; i < hours; i++) {
    const at = startTime + i * HOUR
    const amount = next() < 0.05 ? null : Math.round(next() * 10_000) / 100
    payments.push({ id: `p${i}`, card: `c${Math.floor(next() * 5)}`, amount, shop: 7, at })
    if (next() < share[(amount ?? 0) > 60 ? 0 : 1])
      backs.push({ payment: `p${i}`, fraud: true, at: at + Math.floor((1 + next() * 40) * HOUR) })
  }
  return { payments, chargebacks: backs.sort((a, b) => a.at - b.at) }
}
