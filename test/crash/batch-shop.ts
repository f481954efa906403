/** The shop with batch runs, as frequent as the lives of its processes are long. */
import { batch, count, every, features, linear, model, on, pipeline } from 'spillway'
import { card, models, payments } from './shop.ts'

const usual = features('usual', {
  from: payments,
  entity: card,
  place: batch(every('1s'), { lasts: '0ms' }),
  values: p => ({ n: count('7d'), mean: p.amount.mean('7d'), last: p.id.last('7d') }),
})
const onUsual = model('on_usual', {
  decide: on(payments),
  inputs: p => ({ n: usual.of(p.card).n, mean: usual.of(p.card).mean, last: usual.of(p.card).last }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})
const atUsual = model('at_usual', {
  decide: every('1s', card, { live: '1h' }),
  inputs: ({ card: c }) => ({ n: usual.of(c).n }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})

export default pipeline('shop', [...models, onUsual, atUsual])
