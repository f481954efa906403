import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { startTime, DAY, HOUR, fraudPipeline, fraudHistory, type Chargeback } from '../../test/training/fraud-pipeline.ts'
import type { Train } from '../index.ts'
import type { Trainer } from '../training/trainer.ts'
import { load } from './load.ts'
import type { ReplayLog } from './log.ts'
import { trainModel, type TrainingRequest } from './train-model.ts'

type History = ReturnType<typeof fraudHistory>

async function logOf({ ir, maps }: ReturnType<typeof fraudPipeline>, history: History): Promise<ReplayLog> {
  const folder = scratchFolder('train')
  const files = Object.entries(history).map(([source, rows]) => {
    const path = join(folder, `${source}.ndjson`)
    writeFileSync(path, (rows as readonly object[]).map(row => `${JSON.stringify(row)}\n`).join(''))
    return { source, path }
  })
  return await load({ ir, maps }, files, { onRejected: ({ detail }) => assert.fail(detail) })
}

const HOURS = 40 * 24
const end = startTime + (HOURS - 1) * HOUR

async function trained(train: Train, history = fraudHistory(HOURS), more: Partial<TrainingRequest> = {}) {
  const pipeline = fraudPipeline(train)
  const log = await logOf(pipeline, history)
  return trainModel({ ir: pipeline.ir, model: pipeline.ir.models[0], at: end, ...more }, log)
}

for (const algorithm of ['logistic', 'linear', 'trees'] as const)
  test(`${algorithm}: it learns, is evaluated on held-out decisions, and is repeatable`, async () => {
    const { score, report } = await trained({ algorithm })
    const again = await trained({ algorithm })
    assert.deepEqual(again, { score, report })
    const { set, split, metrics, constant } = report
    assert.ok(metrics.auc! > 0.8, `AUC ${metrics.auc}`)
    assert.deepEqual(constant, ['shop'])
    const { metric, rows, inputs } = report.importance!
    assert.deepEqual([metric, rows], ['auc', split.holdout])
    assert.deepEqual(
      inputs.find(({ input }) => input === 'shop'),
      { input: 'shop', mean: 0, deviation: 0 },
    )
    assert.ok(inputs[0].mean > 0.1, `${inputs[0].input} ${inputs[0].mean}`)
    assert.equal(set.rows, set.positive + set.negative)
    assert.equal(set.rows + set.unsettled, HOURS)
    // Decisions younger than the label's horizon are excluded: only their positive labels are known.
    assert.equal(set.unsettled, 48)
    assert.equal(split.trained + split.gap + split.holdout, set.rows)
    assert.deepEqual([split.gap, split.gapMs], [47, 2 * DAY])
    assert.equal(split.trainedTo, split.holdoutFrom - 2 * DAY)
    assert.ok(Math.abs(split.holdout / set.rows - 0.2) < 0.01)
    assert.equal(metrics.n + metrics.unscored, split.holdout)
    assert.deepEqual(set.cut[0], { source: 'payments', events: HOURS, lastArrival: end })
  })

test("the importance of inputs is in the metric of the promotion rule, by the trainer's seed", async () => {
  const { report } = await trained({ algorithm: 'trees', rounds: 10, seed: 3, promote: { metric: 'logloss', atMost: 1 } })
  const { metric, seed, inputs } = report.importance!
  assert.deepEqual([metric, seed], ['logloss', 3])
  assert.ok(inputs[0].mean > 0.01, `${inputs[0].input} ${inputs[0].mean}`)
})

test("events that arrive in the holdout's time do not change the model", async () => {
  const train = { algorithm: 'trees', holdout: '8d' } as const
  const history = fraudHistory(HOURS)
  const { score, report } = await trained(train, history)
  const { holdoutFrom } = report.split
  assert.equal(holdoutFrom, end - 10 * DAY)
  const flipped = history.chargebacks.map((back): Chargeback => (back.at >= holdoutFrom ? { ...back, fraud: false } : back))
  const other = await trained(train, { ...history, chargebacks: flipped })
  assert.deepEqual(other.score, score)
  assert.notDeepEqual(other.report.metrics, report.metrics)
})

test('as of an earlier time it ignores later events', async () => {
  const at = startTime + 30 * DAY
  const history = fraudHistory(HOURS)
  const then = { payments: history.payments.filter(row => row.at <= at), chargebacks: history.chargebacks.filter(row => row.at <= at) }
  assert.deepEqual(await trained({ algorithm: 'logistic' }, history, { at }), await trained({ algorithm: 'logistic' }, then, { at }))
})

test('over limits the age of training rows', async () => {
  const { report } = await trained({ algorithm: 'logistic', over: '20d' })
  assert.equal(report.set.rows, 18 * 24)
})

test('the champion is evaluated on the same decisions', async () => {
  const first = await trained({ algorithm: 'logistic' }, undefined, { at: startTime + 20 * DAY })
  const { report } = await trained({ algorithm: 'trees' }, undefined, { champion: { version: 4, score: first.score } })
  assert.equal(report.champion?.version, 4)
  assert.equal(report.champion?.metrics.n, report.metrics.n)
  assert.notDeepEqual(report.champion?.metrics, report.metrics)
})

const fails = (message: RegExp, ...args: Parameters<typeof trained>) =>
  assert.rejects(trained(...args), { code: 'SPILL_TRAINING', message })

test('a label with no positives, and one that is always true, are rejected with how many there are', async () => {
  await fails(/none of \d+ rows has the label 1/, { algorithm: 'logistic' }, fraudHistory(HOURS, { share: [0, 0] }))
  await fails(/none of \d+ rows has the label 1/, { algorithm: 'trees' }, fraudHistory(HOURS, { share: [0, 0] }))
  await fails(/all of \d+ rows have the label 1/, { algorithm: 'logistic' }, fraudHistory(HOURS, { share: [1, 1] }))
})

test('without settled labels, or without rows before the holdout, the error has the counts', async () => {
  await fails(/no decision whose label is settled: 24 are not known yet, or younger/, { algorithm: 'logistic' }, fraudHistory(24), {
    at: startTime + 23 * HOUR,
  })
  await fails(/of \d+ decisions none is left to train on: \d+ are held out/, { algorithm: 'logistic', holdout: '60d' })
  await fails(/none is in the 1 ms of the holdout; make holdout longer/, { algorithm: 'logistic', holdout: '1ms' }, undefined, {
    at: end + 2,
  })
})

test('weights that are not finite are rejected for every trainer', async () => {
  const broken: Trainer = () => ({
    score: { kind: 'logistic', intercept: 0, terms: [{ input: 'amount', weight: NaN }] },
    constant: [],
    notes: [],
  })
  await fails(/the weight of 'amount' is NaN/, { algorithm: 'logistic' }, undefined, { trainer: broken })
})

test('options out of their bounds are rejected by the trainer, with their name', async () => {
  await fails(/fitTrees: leaves is a whole number from 2 /, { algorithm: 'trees', leaves: 1 })
})
