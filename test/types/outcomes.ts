/** Labels of both kinds: the definitions of the golden file of labels. */
import { begins, count, entity, every, features, labelFrom, logistic, model, on, pipeline, source, stream, t } from 'spillway'

const card = entity('card', t.string())

const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.decimal(2), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
/** Only read by a label. */
const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() },
  key: 'payment',
  time: 'at',
})

const now = features('now', { from: payments, entity: card, place: stream, values: p => ({ n: count('1h'), sum: p.amount.sum('1h') }) })
const score = logistic({ intercept: 0, weights: { n: 1 } })

const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ n: now.of(p.card).n }),
  score,
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '7d' }),
})

const spree = model('spree', {
  decide: every('5m', card, { live: '1h' }),
  inputs: c => ({ n: now.of(c.card).n }),
  score,
  label: begins(payments, p => p.amount.gte(100), { within: '30m', lasting: '15m', maxGap: '45m' }),
})

/** Trained by the pipeline, and without a score until a version is promoted. */
export const learnt = model('learnt', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, now: now.of(p.card) }),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '7d' }),
  train: {
    algorithm: 'trees',
    leaves: 8,
    every: 'week',
    over: '90d',
    holdout: '14d',
    promote: { metric: 'ap', atLeast: 0.2, betterBy: 0.01 },
  },
})

export const trained = pipeline('trained', [learnt])

export default pipeline('outcomes', [fraud, spree])
