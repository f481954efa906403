/** Many keys, for batch runs that take some time. */
import { batch, count, entity, features, pipeline, source, t } from 'spillway'

const card = entity('card', t.string())
export const payments = source('payments', {
  schema: { card, amount: t.double(), shop: t.string(), at: t.timestamp() },
  key: 'card',
  time: 'at',
})
const usual = features('usual', {
  from: payments,
  entity: card,
  place: batch('0 2 * * *'),
  values: p => ({ n: count('30d'), mean: p.amount.mean('30d'), last: p.shop.last('30d'), shops: p.shop.countDistinct('7d') }),
})
export const crowd = pipeline('crowd', [usual])
