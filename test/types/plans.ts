/** A table beside a source with another key: the definitions of the type tests and the golden file of tables. */
import { entity, lag, logistic, model, on, pipeline, source, t, table } from 'spillway'

export const customer = entity('customer', t.string())

export const plans = table('plans', {
  schema: {
    customer,
    tier: t.enum(['free', 'pro']),
    seats: t.int().nullable(),
    price: t.decimal(2),
    at: t.timestamp(),
    gone: t.bool().nullable(),
  },
  key: 'customer',
  time: 'at',
  deleted: 'gone',
  owner: 'billing',
})

/** The same without deletes, as of an hour ago. */
export const regions = table('regions', {
  schema: { customer, region: t.string(), from: t.timestamp() },
  key: 'customer',
  time: 'from',
  place: lag('1h'),
})

export const calls = source('calls', {
  schema: { call: t.string(), customer, size: t.int(), at: t.timestamp() },
  key: 'call',
  time: 'at',
})

export const limit = model('limit', {
  decide: on(calls),
  inputs: c => {
    const plan = plans.of(c.customer)
    return {
      plan,
      region: regions.of(c.customer).region,
      isPaid: plan.tier.eq('pro'),
      each: plan.price.dividedBy(plan.seats),
      size: c.size,
    }
  },
  score: logistic({ intercept: 0, weights: { size: 1, each: { weight: 1, ifNull: 0 } } }),
})

export default pipeline('limits', [limit])
