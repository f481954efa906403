/** Censored labels: a run that declines payments cannot observe their outcome. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decisionsOf, open, send, type TrainingRun } from '../../../test/training/training-run.ts'
import { limits } from '../../base/limits.ts'
import { startTime, chargebacks, DAY, HOUR, payments } from '../../../test/training/fraud-pipeline.ts'
import { action, answer, count, entity, features, labelFrom, linear, model, on, pipeline, stream, t, type Train } from '../../index.ts'
import { newestSettledMetric } from './settled-metrics.ts'
import { trainFromLog } from '../jobs/training-job.ts'
import { decodeDecisions } from '../decide/decision-codec.ts'
import { censoredPositions } from './censoring.ts'
import type { RecordedDecision } from '../decide/recorded-decision.ts'
import { recordedLabels } from './recorded-labels.ts'
import { Strings } from '../../columns/strings.ts'

const card = entity('card', t.string())
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1d') }) })

/** Scores by amount from the start, and declines amounts above 80. */
function declining(censoredBy: string | undefined, train: Train = { algorithm: 'logistic' }, explore = 0) {
  const fraud = model('fraud', {
    decide: on(payments),
    inputs: p => ({ amount: p.amount, n: now.of(p.card).n }),
    score: linear({ intercept: 0, weights: { amount: { weight: 1, ifNull: 0 } } }),
    label: labelFrom(chargebacks, {
      join: 'payment',
      value: c => c.fraud,
      negativeAfter: '2d',
      ...(censoredBy !== undefined && { censoredBy }),
    }),
    train,
  })
  const decline = action('decline', { when: fraud.score.gt(80), explore, reply: 'inline', do: answer({ decision: 'decline' }) })
  return pipeline('shop', [fraud, decline])
}

const isMet = ({ score }: { readonly score: number | null }) => score !== null && score > 80
const isDeclined = (one: RecordedDecision) => isMet(one) && one.explored === undefined

async function lived(shop: ReturnType<typeof declining>): Promise<TrainingRun> {
  // The name of the log decides what is explored.
  const driven = open({ pipeline: shop, disk: { commits: [{ put: [['log', 'one log']] }], states: new Map() } })
  await send(driven, -1, 12 * 24)
  return driven
}

test('a training leaves declined payments out, and counts them', async () => {
  const shop = declining('decline')
  const driven = await lived(shop)
  const job = { model: 'fraud', at: startTime + 12 * DAY, cut: driven.run.end, champion: undefined }
  const { report } = await trainFromLog(driven.store, { ir: shop.ir, ...job })
  const all = await trainFromLog(driven.store, { ir: declining(undefined).ir, ...job })
  const decisions = decisionsOf(driven)
  const declined = decisions.filter(isDeclined)
  assert.ok(declined.length > 30 && declined.length < decisions.length / 2)
  assert.equal(report.set.censored, declined.length)
  assert.equal(all.report.set.censored, undefined)
  const settledTo = startTime + 10 * DAY
  assert.equal(report.set.rows, decisions.filter(one => one.t <= settledTo && !isDeclined(one)).length)
  assert.equal(all.report.set.rows, decisions.filter(one => one.t <= settledTo).length)
  // Most stolen payments are large, and their outcome is no longer observed.
  assert.ok(report.set.positive > 10 && report.set.positive < all.report.set.positive)
  await driven.run.stop()
})

test('labels and metrics of recorded decisions leave them out too', async () => {
  const shop = declining('decline')
  const driven = await lived(shop)
  const { ir } = shop
  const strings = new Strings()
  const batches = [...driven.store.decisionsFrom('fraud', 0)].map(({ bytes }) => {
    const { length, t: at, entry, keys: key, ids: id, score, explored } = decodeDecisions(bytes, strings)
    return { length, t: at, entry, key, id, score, explored }
  })
  const { labels } = recordedLabels(ir, ir.models[0], driven.store, batches, strings, startTime + 14 * DAY)
  const decisions = decisionsOf(driven)
  assert.deepEqual([...labels.censored].map(Boolean), decisions.map(isDeclined))
  decisions.forEach((one, i) =>
    assert.ok(!isDeclined(one) || (labels.known[i] === 0 && labels.value[i] === 0 && Number.isNaN(labels.outcome[i]))),
  )
  const { counts } = labels
  assert.equal(counts.censored, decisions.filter(isDeclined).length)
  assert.equal(counts.unknown, counts.censored)
  const query = { metric: 'auc', bound: 0.5, since: 30 * DAY, at: startTime + 14 * DAY + HOUR } as const
  const [seen, all] = [ir, declining(undefined).ir].map(of => newestSettledMetric(of, of.models[0], driven.store, query))
  assert.equal(all.rows - seen.rows, counts.censored)
  await driven.run.stop()
})

test('a run trains without them', async () => {
  const driven = await lived(declining('decline', { algorithm: 'logistic', promote: { metric: 'auc', atLeast: 0 } }))
  const trained = driven.run.train('fraud')
  await driven.to(12 * DAY + HOUR)
  const { set } = (await trained).trained!
  assert.ok(set.censored! > 30 && set.censored! <= set.unsettled)
  await driven.run.stop()
})

test('labels of explored decisions are known: a training learns from them, and their probability is there as a weight', async () => {
  const shop = declining('decline', { algorithm: 'logistic' }, 0.3)
  const driven = await lived(shop)
  const { ir } = shop
  const decisions = decisionsOf(driven)
  const undone = decisions.filter(({ explored }) => explored !== undefined)
  const met = decisions.filter(isMet)
  assert.ok(undone.length > 5 && undone.length < met.length / 2 && undone.every(isMet))
  assert.ok(undone.every(({ explored }) => explored!.decline === 0.3))
  const { hidden, chances } = censoredPositions(ir, ir.models[0], driven.store)!
  assert.deepEqual([...hidden], decisions.filter(isDeclined).map(positionOf))
  assert.deepEqual(
    [...chances],
    met.map(one => [positionOf(one), 0.3]),
  )
  const job = { model: 'fraud', at: startTime + 12 * DAY, cut: driven.run.end, champion: undefined }
  const { report } = await trainFromLog(driven.store, { ir, ...job })
  assert.equal(report.set.rows, decisions.filter(one => one.t <= startTime + 10 * DAY && !isDeclined(one)).length)
  assert.equal(report.set.censored, decisions.filter(isDeclined).length)
  await driven.run.stop()
})

test('a recorded exploration stays, whatever the action says today', async () => {
  const driven = await lived(declining('decline', { algorithm: 'logistic' }, 0.3))
  const { ir } = declining('decline')
  const undone = decisionsOf(driven).filter(({ explored }) => explored !== undefined)
  const actions = ir.actions!.map(one => ({
    ...one,
    when: { ...one.when, right: { op: 'literal', value: 1000, type: 'double' } } as typeof one.when,
  }))
  const { hidden, chances } = censoredPositions({ ...ir, actions }, ir.models[0], driven.store)!
  assert.ok(hidden.size > 0 && undone.every(one => !hidden.has(positionOf(one)) && chances.has(positionOf(one))))
  await driven.run.stop()
})

const positionOf = ({ position }: RecordedDecision): number => position!.partition * limits.OFFSET_MAX + position!.offset
