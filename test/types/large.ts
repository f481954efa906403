/** A pipeline of a realistic size: 5 groups, 40 features, 3 models. Its cost to the type checker is bounded. */
import {
  count,
  entity,
  features,
  linear,
  logistic,
  model,
  on,
  pipeline,
  rules,
  scheduled,
  share,
  source,
  stream,
  t,
  timeSinceLast,
} from 'spillway'

const customer = entity('customer', t.string())
const merchant = entity('merchant', t.string())
const device = entity('device', t.string())

const orders = source('orders', {
  schema: {
    id: t.string(),
    customer,
    merchant,
    device: device.nullable(),
    price: t.decimal(2, { min: 0, max: 1_000_000 }),
    quantity: t.int({ min: 1 }),
    discount: t.double({ min: 0, max: 1 }).nullable(),
    channel: t.enum(['web', 'app', 'shop']),
    gift: t.bool(),
    promised: t.duration(),
    placed: t.timestamp(),
  },
  key: 'customer',
  time: 'placed',
  id: 'id',
  map: (raw: { id: number; who: string; at: string; price: string }) => ({
    id: String(raw.id),
    customer: raw.who,
    merchant: 'm',
    price: raw.price,
    quantity: 1,
    channel: 'web',
    gift: false,
    promised: '2d',
    placed: raw.at,
  }),
  mapVersion: '1',
})
const returns = source('returns', {
  schema: { customer, merchant, value: t.decimal(2), reason: t.enum(['broken', 'late', 'other']).nullable(), at: t.timestamp() },
  key: 'customer',
  time: 'at',
})

const customerNow = features('customer_now', {
  from: orders,
  entity: customer,
  place: stream,
  values: o => ({
    n5m: count('5m'),
    n1h: count('1h'),
    web1h: count('1h', o.channel.eq('web').and(o.gift.not())),
    spent1h: o.price.times(o.quantity).sum('1h'),
    largest1d: o.price.max('1d', { exact: true }),
    mean1d: o.price.mean('1d', { where: o.quantity.gt(1) }),
    spread1d: o.price.stddev('1d'),
    merchants1d: o.merchant.countDistinct('1d'),
    devices7d: o.device.countDistinct('7d', { limit: 100 }),
    idle: timeSinceLast('lifetime', { before: true }),
  }),
})
const customerUsual = features('customer_usual', {
  from: orders,
  entity: customer,
  place: scheduled('0 2 * * *', { lasts: '2h', zone: 'Europe/Zurich' }),
  values: o => ({
    n90d: count('90d'),
    mean90d: o.price.mean('90d'),
    variance90d: o.price.variance('90d'),
    discount90d: o.discount.mean('90d'),
    gifts90d: share(o.gift, '90d'),
    cheap90d: share(o.price.between(0, 20).or(o.discount.gt(0.5)), '90d'),
    first: o.placed.first(),
    channel: o.channel.last('90d'),
    latest: o.price.lastK(10, '90d'),
    trend: o.price.slope('90d', { per: 'day' }),
  }),
})
const merchantNow = features('merchant_now', {
  from: orders,
  entity: merchant,
  place: stream,
  values: o => ({
    n10m: count('10m'),
    sold1h: o.price.sum('1h'),
    lowest1h: o.price.min('1h'),
    change1h: o.price.change('1h'),
    rate1h: o.quantity.rate('1h', { per: 'minute' }),
    slowest: o.promised.max('7d'),
    promised: o.promised.mean('7d'),
    customers: o.customer.countDistinct('1d'),
  }),
})
const customerReturns = features('customer_returns', {
  from: returns,
  entity: customer,
  place: stream,
  values: r => ({
    n30d: count('30d'),
    value30d: r.value.sum('30d'),
    broken30d: share(r.reason.eq('broken'), '30d'),
    unknown30d: count('30d', r.reason.isNull()),
    reason: r.reason.last(),
    since: r.value.timeSinceLast(),
  }),
})
const together = features('together', {
  from: orders,
  entity: [customer, merchant],
  place: stream,
  values: o => ({
    n: count('lifetime'),
    spent: o.price.sum('lifetime'),
    largest: o.price.max('lifetime'),
    kinds: o.channel.countDistinct('lifetime'),
    last: o.placed.last(),
    previous: o.price.last('lifetime', { before: true }),
  }),
})

const risk = model('risk', {
  decide: on(orders),
  inputs: o => {
    const now = customerNow.of(o.customer)
    const usual = customerUsual.of(o.customer)
    const back = customerReturns.of(o.customer)
    return {
      price: o.price,
      channel: o.channel,
      now,
      usual,
      merchant: merchantNow.of(o.merchant),
      back,
      both: together.of(o.customer, o.merchant),
      derived: {
        ratio: o.price.dividedBy(usual.mean90d),
        rush: now.n5m.dividedBy(usual.n90d),
        returned: back.value30d.dividedBy(now.spent1h),
        fresh: o.placed.minus(usual.first).lt('30d'),
        large: o.price.gt(now.largest1d),
      },
    }
  },
  score: logistic({
    intercept: -4,
    weights: {
      'now.n5m': 0.2,
      'now.web1h': { weight: 0.1, mean: 2, scale: 3, ifNull: 0 },
      'usual.gifts90d': -1,
      'derived.ratio': { weight: 0.7, ifNull: 0 },
      'back.reason': { levels: { broken: 0, late: 0.2 }, otherwise: 0.1 },
      channel: { levels: { web: 0.4, app: 0, shop: -1 } },
    },
  }),
})
const load = model('load', {
  decide: on(orders),
  inputs: o => ({ merchant: merchantNow.of(o.merchant), quantity: o.quantity }),
  score: linear({ intercept: 0, weights: { 'merchant.n10m': 1, quantity: 0.5 } }),
})
const stop = model('stop', {
  decide: on(returns),
  inputs: r => ({ back: customerReturns.of(r.customer), value: r.value }),
  score: v => rules([{ when: v.back.n30d.gt(5).or(v.value.gt(1000)), score: 1 }], 0),
})

export default pipeline('shop', [risk, load, stop])
