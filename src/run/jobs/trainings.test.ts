import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trainHere } from '../../../test/batch/train-here.ts'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { startTime, DAY, HOUR, fraudPipeline } from '../../../test/training/fraud-pipeline.ts'
import { byHand, decisionsOf, open, problemsOf, pay, send, stateOf, weekly } from '../../../test/training/training-run.ts'
import { promotionsOf, putVersion, versionsOf } from '../../training/registry/registry.ts'
import type { TrainPort } from './training-job.ts'

test('a model without a version decides without a score and says so; once trained on schedule and promoted by its rule it scores', async () => {
  const driven = open()
  await send(driven, -1, 20 * 24)
  await driven.to(20 * DAY + 1)
  assert.equal(driven.reports.length, 2)
  assert.match(driven.reports[0], /^model 'fraud': version 1 \(trained on its schedule\) is promoted: auc 0\.\d+, and nothing to compare/)
  assert.match(
    driven.reports[1],
    /^model 'fraud': version 2 \(trained on its schedule\) is promoted over version 1: auc 0\.\d+, the champion's/,
  )
  // Two Mondays: before the first nothing had arrived, before the second some events had.
  const versions = versionsOf(driven.store, 'fraud')
  assert.deepEqual(
    versions.map(({ number, state, why, at }) => [number, state, why, (at - startTime) / DAY]),
    [
      [1, 'retired', 'schedule', 7],
      [2, 'champion', 'schedule', 14],
    ],
  )
  const [first, second] = versions
  assert.match(first.verdict!, /^auc 0\.\d+, and nothing to compare it with$/)
  assert.match(second.verdict!, /^auc 0\.\d+, the champion's 0\.\d+ on the same decisions: better by/)
  assert.equal(second.trained?.champion?.version, 1)
  const decisions = decisionsOf(driven)
  assert.equal(decisions.length, 20 * 24 + 1)
  const [before, after] = [
    decisions.filter(({ version }) => version === undefined),
    decisions.filter(({ version }) => version !== undefined),
  ]
  assert.ok(before.length > 0 && before.every(({ score, unscored }) => score === null && unscored === 'no version yet'))
  assert.ok(after.length > 0 && after.every(({ score, unscored }) => typeof score === 'number' && unscored === undefined))
  assert.deepEqual([...new Set(after.map(({ version }) => version))], [1, 2])
  const promotions = promotionsOf(driven.store, 'fraud')
  for (const { entry, version } of decisions) assert.equal(version, promotions.findLast(one => one.entry < entry)?.version)
  await driven.run.stop()
})

test('a failed fit is reported once; the last version keeps scoring, and the next scheduled time tries again', async () => {
  let fails = false
  const sometimes: (store: ModelStore) => TrainPort = store => async (job, signal) => {
    // On the same events a label without positives fails again, so it is not retried before the next time.
    if (fails) return trainHere(store)({ ...job, ir: withoutLabels(job.ir) }, signal)
    return trainHere(store)(job, signal)
  }
  const driven = open({ training: sometimes })
  await send(driven, -1, 8 * 24)
  assert.deepEqual(stateOf(driven), [[1, 'champion']])
  fails = true
  await send(driven, 8 * 24, 15 * 24)
  await driven.to(15 * DAY + HOUR)
  assert.equal(problemsOf(driven).length, 1)
  assert.match(
    problemsOf(driven)[0],
    /^the training of model 'fraud' of 2026-01-19T00:00:00\.000Z failed, and the next is made at its time; the previous score stays in use: none of \d+ rows has the label 1/,
  )
  assert.deepEqual(stateOf(driven), [
    [1, 'champion'],
    [2, 'failed'],
  ])
  assert.equal(decisionsOf(driven).at(-1)?.version, 1)
  // A restart does not retry it either.
  const { commits, states } = driven.store.disk
  const again = open({ disk: { commits: [...commits], states: new Map(states) }, at: 15 * DAY + HOUR, training: sometimes })
  await again.to(15 * DAY + 2 * HOUR)
  assert.equal(stateOf(again).length, 2)
  fails = false
  await send(again, 15 * 24, 22 * 24)
  assert.equal(stateOf(again).at(-1)?.[1], 'champion')
  await again.run.stop()
  await driven.run.stop()
})

/** As if no payment had ever been charged back. */
function withoutLabels(ir: Parameters<TrainPort>[0]['ir']): typeof ir {
  const never = { op: 'literal', value: false, type: 'bool' } as const
  return { ...ir, models: ir.models.map(model => ({ ...model, label: { ...model.label!, value: never } as never })) }
}

test('other failures are retried; a training that a stop interrupts begins again', async () => {
  let failures = 2
  const failing: (store: ModelStore) => TrainPort = store => async (job, signal) => {
    if (failures-- > 0) throw new Error('no memory')
    return trainHere(store)(job, signal)
  }
  const driven = open({ training: failing })
  await send(driven, -1, 8 * 24)
  await driven.to(8 * DAY + 60_000)
  await driven.to(8 * DAY + 600_000)
  assert.deepEqual(stateOf(driven), [
    [1, 'failed'],
    [2, 'failed'],
    [3, 'champion'],
  ])
  assert.match(driven.reports[0], /failed, and it is tried again; the previous score stays in use: no memory$/)
  const { commits, states } = driven.store.disk
  const hanging: (store: ModelStore) => TrainPort = () => async (_job, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
  const stopped = open({ disk: { commits: [...commits], states: new Map(states) }, at: 15 * DAY, training: hanging })
  await stopped.to(15 * DAY)
  const rejection = assert.rejects(stopped.run.train('fraud'), { code: 'SPILL_STOPPED' })
  await stopped.run.stop()
  await rejection
  assert.deepEqual(stateOf(stopped).at(-1), [4, 'broken off'])
  const disk = { commits: [...stopped.store.disk.commits], states: new Map(stopped.store.disk.states) }
  const again = open({ disk, at: 15 * DAY })
  await again.to(15 * DAY)
  assert.deepEqual(stateOf(again).slice(-2), [
    [4, 'broken off'],
    // From the same events: no better than the version that scores.
    [5, 'rejected'],
  ])
  await again.run.stop()
  await driven.run.stop()
})

test('after a change of features the old version does not score, says so, and the model is trained again at once', async () => {
  const first = open()
  await send(first, -1, 8 * 24)
  assert.deepEqual(stateOf(first), [[1, 'champion']])
  await first.run.stop()
  const { commits, states } = first.store.disk
  const disk = () => ({ commits: [...commits], states: new Map(states) })
  for (const own of [false, true]) {
    const changed = fraudPipeline(weekly, { window: '2d', own })
    const idle = open({ pipeline: changed, disk: disk(), at: 9 * DAY, training: () => () => new Promise(() => {}) })
    const instead = own ? "the model's own score is used" : 'there is no score'
    assert.deepEqual(
      idle.reports.filter(report => report.startsWith('version')),
      [
        `version 1 of model 'fraud' is not used, since it was trained on other inputs: input 'n' is defined otherwise; ${instead} until another version is promoted`,
      ],
    )
    await idle.run.submit('payments', pay('x', startTime + 9 * DAY))
    const last = decisionsOf(idle).at(-1)!
    assert.deepEqual([last.version, last.score, last.unscored], own ? [undefined, 0.5, undefined] : [undefined, null, 'no version yet'])
    await assert.rejects(idle.run.promote('fraud', 1, 'by hand'), {
      code: 'SPILL_PRECONDITION',
      message: /cannot score: it was trained on other inputs/,
    })
  }
  const again = open({ pipeline: fraudPipeline(weekly, { window: '2d' }), disk: disk(), at: 9 * DAY })
  await again.to(9 * DAY)
  assert.deepEqual(
    versionsOf(again.store, 'fraud').map(({ number, state, at }) => [number, state, (at - startTime) / DAY]),
    [
      [1, 'retired', 7],
      [2, 'champion', 7],
    ],
  )
  await again.run.submit('payments', pay('y', startTime + 9 * DAY))
  assert.equal(decisionsOf(again).at(-1)?.version, 2)
  await again.run.stop()
})

test('a training at the same time on the same events gives the same bytes', async () => {
  const first = open({ train: byHand })
  await send(first, -1, 10 * 24)
  const [one, two] = [first.run.train('fraud'), first.run.train('fraud')]
  await first.to(10 * DAY + 1)
  assert.equal((await one).number, (await two).number)
  const { commits, states } = first.store.disk
  const again = open({ train: byHand, disk: { commits: commits.slice(0, -2), states: new Map(states) }, at: 10 * DAY })
  const other = again.run.train('fraud')
  await again.to(10 * DAY + 1)
  assert.deepEqual((await other).trained, (await one).trained)
  assert.equal(putVersion(await other)[0], 'version/fraud/0000000001')
  await again.run.stop()
  await first.run.stop()
})

test('a killed training is broken off after the start, even if no other is due', async () => {
  const hanging: (store: ModelStore) => TrainPort = () => () => new Promise(() => {})
  const killed = open({ train: byHand, training: hanging })
  await send(killed, -1, 24)
  killed.run.train('fraud').catch(() => {})
  await killed.to(DAY + 1)
  assert.deepEqual(stateOf(killed), [[1, 'training']])
  const { commits, states } = killed.store.disk
  const again = open({ train: byHand, disk: { commits: [...commits], states: new Map(states) }, at: DAY + 2 })
  await again.to(DAY + 2)
  assert.deepEqual(stateOf(again), [[1, 'broken off']])
  await again.run.stop()
})

test('a schedule does not repeat what a later training beside it has learned from', async () => {
  const first = open({ train: byHand })
  await send(first, -1, 10 * 24)
  const training = first.run.train('fraud')
  await first.to(10 * DAY + 1)
  assert.equal((await training).at, startTime + 10 * DAY)
  const { commits, states } = first.store.disk
  await first.run.stop()
  // The Monday of day 7 has passed: a version of it would see less than the present one.
  const again = open({ disk: { commits: [...commits], states: new Map(states) }, at: 10 * DAY + 2 })
  await again.to(13 * DAY)
  assert.deepEqual(stateOf(again), [[1, 'candidate']])
  await again.to(14 * DAY + 1)
  assert.deepEqual(stateOf(again), [
    [1, 'candidate'],
    [2, 'champion'],
  ])
  await again.run.stop()
})

test('a clock that goes back stamps nothing before the time of a training', async () => {
  const driven = open({ train: byHand })
  await send(driven, -1, 10 * 24)
  const training = driven.run.train('fraud')
  await driven.to(10 * DAY + 1)
  const { at, cut } = await training
  await driven.to(9 * DAY)
  await driven.run.submit('payments', pay('x', startTime + 9 * DAY))
  const last = decisionsOf(driven).at(-1)!
  assert.ok(last.entry >= cut! && last.t > at, `entry ${last.entry} at ${last.t}, of a training at ${at} that has read ${cut}`)
  // Nor does the next process, which does not know how the clock was set.
  const { commits, states } = driven.store.disk
  const again = open({
    train: byHand,
    disk: { commits: commits.filter(({ segment }) => (segment?.first ?? 0) < cut!), states: new Map(states) },
    at: 9 * DAY,
  })
  await again.run.submit('payments', pay('y', startTime + 9 * DAY))
  assert.ok(decisionsOf(again).at(-1)!.t > at)
  await again.run.stop()
  await driven.run.stop()
})
