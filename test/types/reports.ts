/** A report on a model and one on groups: the definitions of the golden file of reports. */
import { batch, count, entity, every, features, file, logistic, model, pipeline, report, request, source, stream, t } from 'spillway'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, amount: t.decimal(2), at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: p => ({ n: count('1h'), sum: p.amount.sum('1h') }) })
const usual = features('usual', { from: payments, entity: card, place: batch(), values: p => ({ mean: p.amount.mean('30d') }) })

export const risk = model('risk', {
  decide: request({ card }),
  inputs: ({ card }) => ({ now: now.of(card), usual: usual.of(card).mean }),
  score: logistic({ intercept: -1, weights: { 'now.n': 1, usual: { weight: 0.01, ifNull: 0 } } }),
})

export const morning = report('morning-list', {
  of: risk,
  at: '0 7 * * *',
  zone: 'Europe/Zurich',
  live: '7d',
  freshness: '24h',
  where: row => row.score.gte(0.5).or(row.vector.now.n.gt(3)),
  orderBy: { score: 'descending', 'vector.usual': 'ascending' },
  limit: 100,
  to: file('lists/{date}.csv'),
  owner: 'risk',
})

export const hourly = report('hourly', { of: { now, usual }, at: every('1h', { phase: '10m' }), where: row => row.vector.now.sum.gt(100) })

export default pipeline('reports', [morning, hourly])
