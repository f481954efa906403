/** A fraud pipeline in operation: a stream group with an objective, a nightly batch group, a model that learns, an action with a deadline. */
import {
  action,
  batch,
  count,
  type EffectFunction,
  entity,
  features,
  labelFrom,
  model,
  on,
  pipeline,
  rules,
  source,
  stream,
  t,
} from '../../src/index.ts'

const card = entity('card', t.string())

const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.double({ min: 0 }), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() },
  key: 'payment',
  time: 'at',
})

const velocity = features('velocity', {
  from: payments,
  entity: card,
  place: stream,
  freshness: { objective: '2m', target: 0.99 },
  values: p => ({ n: count('10m'), spent: p.amount.sum('1h') }),
})
const usual = features('usual', {
  from: payments,
  entity: card,
  place: batch('0 2 * * *', { lasts: '20m' }),
  values: p => ({ mean: p.amount.mean('1d') }),
})

const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, n: velocity.of(p.card).n, mean: usual.of(p.card).mean }),
  score: v => rules([{ when: v.amount.gt(60), score: 0.9 }], 0.1),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '1d' }),
  train: {
    algorithm: 'logistic',
    every: 'week',
    promote: { metric: 'auc', atLeast: 0.55 },
    orWhen: 'drift',
  },
})

/** The pipeline, whose blocked payments go to this function. */
export const operated = (block: EffectFunction) =>
  pipeline('shop', [action('block', { when: fraud.score.gte(0.5), do: block, deadline: '1m' })])
