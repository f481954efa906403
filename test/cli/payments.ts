/** A pipeline with every kind of input, and events for it, for the tests of `spillway replay`. */
export const pipelineFile = `import { count, entity, features, lag, logistic, model, on, pipeline, rules, scheduled, source, stream, t } from 'spillway'

const card = entity('card', t.string())
export const payments = source('payments', {
  schema: { id: t.string(), card, shop: t.string(), amount: t.decimal(2, { min: 0 }), abroad: t.bool(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const now = features('now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ n1h: count('1h'), shops: p.shop.lastK(2, '1d'), latest: p.at.last('1d'), mean: p.amount.mean('30d', { before: true }) }),
})
const nightly = features('nightly', {
  from: payments,
  entity: card,
  place: scheduled('0 2 * * *', { lasts: '1h' }),
  values: () => ({ n: count('7d') }),
})
const older = features('older', { from: payments, entity: card, place: lag('5m'), values: () => ({ n: count('7d') }) })
export const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => {
    const card = now.of(p.card)
    return { amount: p.amount, shop: p.shop, abroad: p.abroad, card, nightly: nightly.of(p.card), ratio: p.amount.dividedBy(card.mean) }
  },
  score: v => rules([{ when: v.ratio.gt(10), score: 0.75 }], 0.25),
})
export const other = model('other', {
  decide: on(payments),
  inputs: p => ({ older: older.of(p.card) }),
  score: logistic({ intercept: 0, weights: { 'older.n': 1 } }),
})
export default pipeline('cards', [fraud, other])
`

const payment = (id: number, card: string, amount: string, at: string) =>
  JSON.stringify({ id: String(id), card, shop: `s${id % 2}`, amount, abroad: id === 3, at: `2026-01-01T${at}Z` })

export const events = [
  payment(1, 'c1', '2.50', '08:00'),
  payment(2, 'c1', '3.50', '08:30'),
  payment(3, 'c1', '33.00', '08:40'),
  payment(4, 'c2', '1.00', '08:50'),
].join('\n')
