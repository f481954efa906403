/** The pipeline of real processes that are killed: two sources, one with ids, decisions on both, and at ticks. */
import { count, entity, every, features, lag, linear, model, on, pipeline, source, stream, t } from 'spillway'

export const card = entity('card', t.string())
export const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.decimal(2, { min: 0 }), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
  dedupe: '7d',
})
const logins = source('logins', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: p => ({ n: count('1h'), most: p.amount.max('6h') }) })
const before = features('before', { from: payments, entity: card, place: lag('2s'), values: p => ({ sum: p.amount.sum('1d') }) })
const seen = features('seen', { from: logins, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const score = linear({ intercept: 0, weights: { n: 1 } })

const onPayment = model('on_payment', {
  decide: on(payments),
  inputs: p => ({ n: now.of(p.card).n, sum: before.of(p.card).sum, logins: seen.of(p.card).n }),
  score,
})
const onLogin = model('on_login', { decide: on(logins), inputs: l => ({ n: seen.of(l.card).n, most: now.of(l.card).most }), score })
const onTick = model('on_tick', { decide: every('1s', card, { live: '1h' }), inputs: ({ card: c }) => ({ n: now.of(c).n }), score })

export const models = [onPayment, onLogin, onTick]

export default pipeline('shop', models)
