/**
 * The pipeline of the external suites: a small one of each kind of thing that a server serves, so that its OpenAPI document has every route
 * and every column type. Its data are few, and its only action goes to the receiver of the suite.
 */
import {
  action,
  answer,
  batch,
  count,
  entity,
  env,
  every,
  features,
  hybrid,
  labelFrom,
  linear,
  model,
  on,
  pipeline,
  report,
  request,
  rules,
  source,
  stream,
  t,
  webhook,
} from 'spillway'

const card = entity('card', t.string())
const customer = entity('customer', t.string())
const shop = entity('shop', t.int({ min: 0 }))

export const payments = source('payments', {
  schema: {
    id: t.string(),
    card,
    shop,
    amount: t.decimal(2, { min: 0 }),
    rate: t.decimal(4).nullable(),
    kind: t.enum(['online', 'terminal']),
    score: t.double({ min: 0, max: 1 }).nullable(),
    took: t.duration({ min: 0 }).nullable(),
    isFirst: t.bool(),
    at: t.timestamp({ zone: 'Europe/Zurich' }),
  },
  key: 'card',
  time: 'at',
  id: 'id',
})
export const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() },
  key: 'payment',
  time: 'at',
})
/** Signed by Standard Webhooks; the id is in a header. */
export const hooks = source('hooks', {
  schema: { id: t.string(), card, at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
  mapVersion: '1',
  map: (hook: { id: string; card: string; at: number }) => ({ id: hook.id, card: hook.card, at: hook.at }),
})
/** Signed by Stripe's scheme. */
export const charges = source('charges', {
  schema: { id: t.string(), customer, created: t.timestamp() },
  key: 'customer',
  time: 'created',
  id: 'id',
  mapVersion: '1',
  map: (event: { id: string; created: number; data: { object: { customer: string } } }) => ({
    id: event.id,
    customer: event.data.object.customer,
    created: event.created * 1000,
  }),
})

const now = features('now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ n: count('1h'), spent: p.amount.sum('1h'), longest: p.took.max('1h'), last: p.kind.last('1d') }),
})
const usual = features('usual', {
  from: payments,
  entity: card,
  place: hybrid(every('1d')),
  values: p => ({ mean: p.amount.mean('30d') }),
})
const nightly = features('nightly', { from: hooks, entity: card, place: batch('0 2 * * *'), values: () => ({ n: count('30d') }) })
const billed = features('billed', { from: charges, entity: customer, place: stream, values: () => ({ n: count('lifetime') }) })

const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, n: now.of(p.card).n, mean: usual.of(p.card).mean }),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '2d' }),
  train: { algorithm: 'logistic' },
  score: linear({ intercept: 0, weights: { n: 0.1 } }),
})
const check = model('check', {
  decide: request(
    { card, amount: t.decimal(2, { min: 0 }), kind: t.enum(['online', 'terminal']).nullable(), at: t.timestamp() },
    { key: 'card' },
  ),
  inputs: r => ({ amount: r.amount, n: now.of(r.card).n, nightly: nightly.of(r.card).n }),
  score: v => rules([{ when: v.n.gt(1), score: 1 }], 0),
})

const decline = action('decline', { when: check.score.gte(1), reply: 'inline', do: answer({ approved: false }) })
const alert = action('alert', {
  when: fraud.score.gte(0.2),
  do: webhook(env('RECEIVER_URL'), {
    secret: env('RECEIVER_SECRET'),
    allowPrivate: true,
    attempts: 1,
    timeout: '1s',
  }),
})

export default pipeline('external', [decline, alert, billed, report('counts', { of: { now, usual }, at: '0 7 * * *', live: '30d' })])
