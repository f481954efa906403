/** A model that scores each payment by the number of its card's payments in the last hour. */
import { count, entity, features, linear, model, on, source, stream, t } from '../src/index.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })

export const paymentCount = model('risk', {
  decide: on(payments),
  inputs: p => ({ n: now.of(p.card).n }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})
