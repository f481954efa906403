/** Trainings and metrics over a log that has forgotten its beginning equal those of the whole log, for the decisions that are left. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { open, send, type TrainingRun } from '../../../test/training/training-run.ts'
import { startTime, DAY, HOUR, fraudPipeline } from '../../../test/training/fraud-pipeline.ts'
import type { Train } from '../../index.ts'
import { LOG_START, logStartText } from '../../log/named-values.ts'
import { newestSettledMetric } from '../history/settled-metrics.ts'
import { trainFromLog } from './training-job.ts'

const train: Train = { algorithm: 'logistic', promote: { metric: 'auc' } }
const DAYS = 24

/** The same log without what arrived up to the end of a day. */
async function cutAt({ store }: TrainingRun, day: number): Promise<ModelStore> {
  const { commits, states } = store.disk
  const left = new ModelStore({ commits: [...commits], states: new Map(states) }, true)
  const end = startTime + day * DAY
  const entry = left.segments.find(({ arrival }) => arrival > end)!.first
  await left.commit({ forget: entry, put: [[LOG_START, logStartText({ entry, arrival: end })]] })
  return left
}

test('a training leaves out rows that need forgotten events, counts them, and learns the same from the rest', async () => {
  const driven = open({ train })
  await send(driven, 0, DAYS * 24)
  const left = await cutAt(driven, 10)
  const job = { model: 'fraud', at: startTime + DAYS * DAY, cut: driven.run.end, champion: undefined }
  const { report, score } = await trainFromLog(left, { ir: fraudPipeline(train).ir, ...job })
  // Payments are sent at the ends of days: a window of a day reaches from the end of day 11 back to that of day 10.
  const over = `${(DAYS - 11) * 24}h` as const
  const young = await trainFromLog(driven.store, { ir: fraudPipeline({ ...train, over }).ir, ...job })
  assert.equal(report.split.rejected, 24)
  assert.match(
    report.notes[0],
    /^the log has forgotten what arrived up to 2026-01-15T00:00:00\.000Z \(run --keep\): decisions up to 2026-01-15T00:00:00\.000Z are left out, and 24 later ones with a value that was rejected/,
  )
  assert.deepEqual(score, young.score)
  assert.deepEqual(
    [report.metrics, report.split.trained, report.split.holdout],
    [young.report.metrics, young.report.split.trained, young.report.split.holdout],
  )
  const whole = await trainFromLog(driven.store, { ir: fraudPipeline(train).ir, ...job })
  assert.notDeepEqual(whole.score, score)
  assert.deepEqual(whole.report.notes, [])
  await driven.run.stop()
})

test('the reference for drift leaves out rows that need forgotten events', async () => {
  const monitored: Train = { ...train, orWhen: 'drift' }
  const driven = open({ train: monitored })
  await send(driven, 0, DAYS * 24)
  const left = await cutAt(driven, 10)
  const job = { model: 'fraud', at: startTime + DAYS * DAY, cut: driven.run.end, champion: undefined }
  const { reference, report } = await trainFromLog(left, { ir: fraudPipeline(monitored).ir, ...job })
  const over = `${(DAYS - 11) * 24}h` as const
  const young = await trainFromLog(driven.store, { ir: fraudPipeline({ ...monitored, over }).ir, ...job })
  assert.equal(report.split.rejected, 24)
  assert.equal(reference!.inputs['n'].nulls, 0)
  assert.deepEqual(reference, young.reference)
  await driven.run.stop()
})

test('if every decision needs forgotten events, nothing is trained, and the reason is stated', async () => {
  const driven = open({ train })
  await send(driven, 0, 12 * 24)
  const left = await cutAt(driven, 11)
  await assert.rejects(
    trainFromLog(left, {
      ir: fraudPipeline(train, { window: '2d' }).ir,
      model: 'fraud',
      at: startTime + 15 * DAY,
      cut: driven.run.end,
      champion: undefined,
    }),
    {
      code: 'SPILL_TRAINING',
      message:
        /there is no decision whose label is settled: 0 are not known yet, or younger than the label's horizon, and 24 have a value that was rejected/,
    },
  )
  await driven.run.stop()
})

test('a metric of settled decisions is the same over a cut log; forgotten decisions have none', async () => {
  const driven = open({ train })
  await send(driven, 0, 10 * 24)
  const trained = driven.run.train('fraud')
  await driven.to(10 * DAY + HOUR)
  assert.equal((await trained).state, 'champion')
  await send(driven, 10 * 24 + 24, DAYS * 24)
  const left = await cutAt(driven, 12)
  const { ir } = fraudPipeline(train)
  const query = { metric: 'auc', bound: 0.5, at: startTime + DAYS * DAY } as const
  const metric = (store: ModelStore, days: number) => newestSettledMetric(ir, ir.models[0], store, { ...query, since: days * DAY })
  assert.ok(metric(left, 5).rows > 100)
  assert.deepEqual(metric(left, 5), metric(driven.store, 5))
  assert.ok(metric(driven.store, 12).rows > metric(left, 12).rows)
  assert.deepEqual(metric(left, 12), metric(left, 40))
  await driven.run.stop()
})
