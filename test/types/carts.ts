/** Labels by the presence and the absence of an event: the definitions of the golden file of carts. */
import { count, doesNotHappen, entity, every, features, happens, logistic, model, on, pipeline, source, stream, t } from 'spillway'

const cart = entity('cart', t.string())

const visits = source('visits', { schema: { cart, at: t.timestamp() }, key: 'cart', time: 'at' })
/** Only read by labels. */
const orders = source('orders', { schema: { cart, amount: t.decimal(2), at: t.timestamp() }, key: 'cart', time: 'at' })

const now = features('now', { from: visits, entity: cart, place: stream, values: () => ({ n: count('1h') }) })
const score = logistic({ intercept: 0, weights: { n: 1 } })

const buys = model('buys', {
  decide: on(visits),
  inputs: v => ({ n: now.of(v.cart).n }),
  score,
  label: happens(orders, { by: 'cart', within: '1h', where: o => o.amount.gt(10) }),
})

const abandoned = model('abandoned', {
  decide: every('5m', cart, { live: '1h' }),
  inputs: c => ({ n: now.of(c.cart).n }),
  score,
  label: doesNotHappen(orders, { by: 'cart', within: '1d', lateness: '10m' }),
})

export default pipeline('carts', [buys, abandoned])
