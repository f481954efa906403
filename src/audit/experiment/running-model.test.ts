/**
 * The model without retraining, of a pipeline that trains it: the champion outside its training data, walk-forward validation elsewhere.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { random } from '../../base/random.ts'
import { SpillwayError } from '../../base/errors.ts'
import type { LoggedEvent } from '../../define/source/source.ts'
import type { ScheduleIR } from '../../define/ir/value-ir.ts'
import { logOf } from '../../../test/property/engines/replay-order.ts'
import { HOUR, fraudPipeline, fraudHistory } from '../../../test/training/fraud-pipeline.ts'
import type { PromotedChampion } from '../../operate/models.ts'
import type { RowRange } from '../domain/cases.ts'
import { asItRuns, type Plan } from '../domain/element.ts'
import { incidentModelOf } from '../findings/build-report.ts'
import { Experiment, type ExperimentOptions } from './experiment.ts'
import { fitRunningModel, walkForward } from './running-model.ts'

/** One case an hour from 1970 on; 40 % train, 10 % tune, 50 % are judged. */
function casesOf(length: number) {
  const blocks = Object.fromEntries(
    (
      [
        ['train', 0, 0.4],
        ['tune', 0.4, 0.5],
        ['select', 0.5, 0.75],
        ['report', 0.75, 1],
        ['test', 0.5, 1],
      ] as const
    ).map(([name, from, to]) => [name, { from: from * length, to: to * length }]),
  )
  return {
    t: Float64Array.from({ length }, (_, i) => i * HOUR),
    length,
    blocks: blocks as Record<'train' | 'tune' | 'select' | 'report' | 'test', RowRange>,
  }
}

test('each case is scored by the model of the latest scheduled time, fitted on labels settled by then', () => {
  const next = random(3)
  for (let drawn = 0; drawn < 200; drawn++) {
    const cases = casesOf(20 * (1 + Math.floor(next() * 60)))
    const every: ScheduleIR = { kind: 'interval', every: HOUR * (1 + Math.floor(next() * 40)), phase: Math.floor(next() * HOUR) }
    const horizon = Math.floor(next() * 30) * HOUR
    const { fittings, step } = walkForward(every, cases, horizon)
    assert.ok(fittings.length <= limits.AUDIT_TRAININGS_MAX)
    assert.deepEqual([fittings[0].trainingRange, fittings[0].scores.from], [cases.blocks.train, 0])
    assert.equal(fittings.at(-1)!.scores.to, cases.length)
    for (const [i, { trainingRange, scores }] of fittings.entries()) {
      if (i > 0) assert.equal(scores.from, fittings[i - 1].scores.to)
      if (i === 0 || trainingRange.to === 0) continue
      const newest = cases.t[trainingRange.to - 1]
      const time = cases.t[scores.from]
      assert.ok(newest + horizon <= time, 'its labels were settled')
      if (step === 1) assert.ok(newest + horizon > time - every.every - 2 * HOUR, 'it is the newest of the schedule')
    }
  }
  assert.equal(walkForward(undefined, casesOf(100), 0).fittings.length, 1)
})

const score = (intercept: number) => ({ kind: 'logistic', intercept, terms: [] }) as const
const fails = () => Promise.reject(new SpillwayError('SPILL_TRAINING', 'no rows'))

test('the champion scores outside its training data; after a failed fit the model before continues', async () => {
  const cases = casesOf(100)
  const every: ScheduleIR = { kind: 'interval', every: 10 * HOUR, phase: 0 }
  const champion = (learntTo: number): PromotedChampion => ({ version: 3, score: score(9), learntTo })
  const running = (fit: (trainingRange: RowRange) => Promise<{ score: ReturnType<typeof score> }>, by?: PromotedChampion) =>
    fitRunningModel({ cases, every, champion: by, horizon: 0, fit })
  const fitting = ({ to }: RowRange) => Promise.resolve({ score: score(to) })
  const ranges = async (...args: Parameters<typeof running>) =>
    (await running(...args)).scores.map(item => [item.from, item.to, (item.score as ReturnType<typeof score>).intercept])

  assert.deepEqual(await ranges(fitting), [
    [0, 50, 40],
    [50, 60, 51],
    [60, 70, 61],
    [70, 80, 71],
    [80, 90, 81],
    [90, 100, 91],
  ])
  assert.deepEqual(await ranges(fitting, champion(64 * HOUR)), [
    [0, 50, 40],
    [50, 60, 51],
    [60, 65, 61],
    [65, 100, 9],
  ])
  assert.deepEqual(await ranges(fitting, champion(-1)), [[0, 100, 9]])
  assert.equal((await running(fitting, champion(Infinity))).byChampion, 0)
  const some = ({ to }: RowRange) => (to === 51 || to === 71 ? fails() : fitting({ from: 0, to }))
  assert.deepEqual((await ranges(some)).slice(0, 3), [
    [0, 60, 40],
    [60, 80, 61],
    [80, 90, 81],
  ])
  await assert.rejects(running(fails), { code: 'SPILL_TRAINING' })
  const alone = await running(fails, champion(64 * HOUR))
  assert.deepEqual([alone.scores.length, alone.byChampion, alone.hasLearnt, alone.trainings], [1, 50, true, 0])
})

const daily = fraudPipeline({ algorithm: 'logistic', every: 'day' })
const [fraud] = daily.ir.models

function events(hours: number): LoggedEvent[] {
  const { payments, chargebacks } = fraudHistory(hours)
  const rows = [
    ...payments.map(row => ({ source: 'payments', time: row.at, row: { ...row } })),
    ...chargebacks.map(row => ({ source: 'chargebacks', time: row.at, row: { ...row } })),
  ].toSorted((a, b) => a.time - b.time)
  const offsets: Record<string, number> = { payments: 0, chargebacks: 0 }
  return rows.map(({ source, time, row }) => ({ source, partition: 0, offset: offsets[source]++, time, arrival: time, row }))
}

const history = events(40 * 24)
const experiment = (of: readonly LoggedEvent[] = history, options: ExperimentOptions = {}) =>
  new Experiment(daily, fraud, logOf(daily.ir, of), options)
const older: Plan = new Map([['group/now', { kind: 'older', by: 6 * HOUR }]])

test('a trained model has a curve without retraining even without a promoted version', async () => {
  const of = experiment()
  assert.equal(of.why('withoutRetraining'), undefined)
  const [now, late] = [await of.decisionsUnder(asItRuns, 'withoutRetraining'), await of.decisionsUnder(older, 'withoutRetraining')]
  assert.ok(!now.score.includes(NaN))
  assert.ok(now.score.some((value, row) => value !== late.score[row]))
  assert.equal(of.running!.trainings, 24)
  const { n } = { n: of.cases.column('n') }
  const same = n.findIndex((_, row) => row > of.cases.blocks.test.from && now.score[row] === late.score[row])
  assert.ok(same > 0, 'where no feature is another the model is not either: it was trained on features as they run')
})

test('no score depends on a label from after its time', async () => {
  const of = experiment()
  const { score } = await of.decisionsUnder(asItRuns, 'withoutRetraining')
  const { test: judgedBlock } = of.cases.blocks
  const row = Math.floor((judgedBlock.from + judgedBlock.to) / 2)
  const changed = experiment(
    history.map(event =>
      event.source === 'chargebacks' && event.time > of.cases.t[row] ? { ...event, row: { ...event.row, fraud: false } } : event,
    ),
  )
  const other = (await changed.decisionsUnder(asItRuns, 'withoutRetraining')).score
  assert.deepEqual(other.subarray(0, row), score.subarray(0, row))
  assert.ok(
    other.subarray(row + 5 * 24).some((value, i) => value !== score[row + 5 * 24 + i]),
    'later models learn the changed labels',
  )
})

test('a champion scores from the decision after its training data on, in every thread', async () => {
  const { cases } = experiment()
  const learntTo = cases.t[cases.blocks.report.from]
  const champion: PromotedChampion = {
    version: 4,
    score: { kind: 'logistic', intercept: -2, terms: [{ input: 'n', weight: 0.1, ifNull: 0 }] },
    learntTo,
  }
  const [alone, threaded, without] = [experiment(history, { champion }), experiment(history, { champion, threads: 1 }), experiment()]
  try {
    await threaded.prepare([asItRuns, older])
    const [score, before] = [
      (await alone.decisionsUnder(older, 'withoutRetraining')).score,
      (await without.decisionsUnder(older, 'withoutRetraining')).score,
    ]
    assert.deepEqual((await threaded.decisionsUnder(older, 'withoutRetraining')).score, score)
    const from = cases.blocks.report.from + 1
    assert.deepEqual(score.subarray(0, from), before.subarray(0, from))
    assert.ok(score.subarray(from).every(value => value < 0.5))
    const { text, champion: reported } = incidentModelOf(fraud, alone.running, champion)!
    assert.match(text, /^champion version 4 for the last \d+ of \d+ judged decisions; .* the model trained as of each time by its schedule/)
    assert.deepEqual(reported, { version: 4, decisions: cases.blocks.test.to - from })
  } finally {
    threaded.end()
  }
})

test('the report names the model of the curve', async () => {
  const of = experiment()
  await of.decisionsUnder(asItRuns, 'withoutRetraining')
  const text = (...args: Parameters<typeof incidentModelOf>) => incidentModelOf(...args)?.text
  assert.equal(
    text(fraud, of.running, { why: 'no version is promoted' }),
    'the model trained as of each time by its schedule (nightly at 00:00), 24 trainings, since no version is promoted',
  )
  assert.equal(incidentModelOf({}, undefined, undefined), undefined)
  const own = fraudPipeline({ algorithm: 'logistic', every: 'day' }, { own: true })
  const scored = new Experiment(own, own.ir.models[0], logOf(own.ir, history))
  await scored.decisionsUnder(asItRuns, 'withoutRetraining')
  assert.equal(text(own.ir.models[0], scored.running, undefined), 'the score of the definition, since no data folder is given')
})
