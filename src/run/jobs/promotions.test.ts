import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { startTime, DAY } from '../../../test/training/fraud-pipeline.ts'
import { byHand, decisionsOf, open, pay, send, stateOf } from '../../../test/training/training-run.ts'
import { trainHere } from '../../../test/batch/train-here.ts'
import { promotionsOf, versionOf, versionsOf } from '../../training/registry/registry.ts'
import type { TrainPort } from './training-job.ts'

test('a crash at any commit around a promotion changes neither the decisions nor the versions that made them', async () => {
  const first = open()
  await send(first, -1, 13 * 24)
  const begins = first.store.disk.commits.length
  await first.to(14 * DAY + 1)
  await first.run.submit('payments', pay('x1', startTime + 14 * DAY))
  await first.run.promote('fraud', 1, 'by hand')
  await first.run.submit('payments', pay('x2', startTime + 14 * DAY))
  await first.run.whenIdle()
  const decisions = decisionsOf(first)
  const { commits, states } = first.store.disk
  assert.ok(commits.length > begins + 6, `${commits.length - begins}`)
  for (let commitCount = begins; commitCount <= commits.length; commitCount++) {
    const again = open({ disk: { commits: commits.slice(0, commitCount), states: new Map(states) }, at: 14 * DAY + 1 })
    await again.to(14 * DAY + 1)
    assert.ok(
      stateOf(again).every(([, state]) => state !== 'training'),
      `${commitCount}: ${JSON.stringify(stateOf(again))}`,
    )
    assert.ok(stateOf(again).filter(([, state]) => state === 'champion').length === 1)
    // Trained once more if it was broken off, and never twice.
    assert.equal(versionsOf(again.store, 'fraud').filter(({ at, trained }) => trained && at === startTime + 14 * DAY).length, 1)
    const promotions = promotionsOf(again.store, 'fraud')
    const recorded = decisionsOf(again)
    for (const { entry, version } of recorded) assert.equal(version, promotions.findLast(one => one.entry < entry)?.version)
    const before = new Map(decisions.map(one => [one.entry, one]))
    const committed = decisionsOf({ store: new ModelStore({ commits: commits.slice(0, commitCount) }) })
    for (const one of recorded.filter(({ entry }) => committed.some(each => each.entry === entry)))
      assert.deepEqual(one, before.get(one.entry))
    if (commitCount === commits.length) assert.deepEqual(recorded, decisions)
    await again.run.stop()
  }
  await first.run.stop()
})

test('unrecorded decisions are made again by the version that precedes them in the log', async () => {
  const first = open({ train: byHand })
  await send(first, -1, 10 * 24)
  const trained = first.run.train('fraud')
  await first.to(10 * DAY + 1)
  assert.equal((await trained).number, 1)
  await first.run.promote('fraud', 1, 'by hand')
  await first.run.submit('payments', pay('x1', startTime + 10 * DAY))
  await first.run.promote('fraud', 0, 'by hand')
  await first.run.submit('payments', pay('x2', startTime + 10 * DAY))
  await first.run.promote('fraud', 1, 'by hand')
  await first.run.submit('payments', pay('x3', startTime + 10 * DAY))
  await first.run.whenIdle()
  const decisions = decisionsOf(first).slice(-3)
  assert.deepEqual(
    decisions.map(({ id, version, score }) => [id, version, typeof score]),
    [
      ['x1', 1, 'number'],
      ['x2', undefined, 'object'],
      ['x3', 1, 'number'],
    ],
  )
  assert.deepEqual(stateOf(first), [[1, 'champion']])
  // As if the process had died before any decision behind the first promotion was recorded.
  const { commits, states } = first.store.disk
  const cut = commits.findIndex(({ segment, put }) => segment !== undefined && put?.some(([name]) => name === 'promotions/fraud'))
  const undecided = commits.map((commit, i) => {
    if (i < cut) return commit
    const { decisions: _decisions, put = [], ...rest } = commit
    return { ...rest, put: put.filter(([name]) => name !== 'decided') }
  })
  const again = open({ train: byHand, disk: { commits: undecided, states: new Map(states) }, at: 10 * DAY + 1 })
  await again.to(10 * DAY + 1)
  assert.deepEqual(decisionsOf(again).slice(-3), decisions)
  await again.run.stop()
  await first.run.stop()
})

test('a version that fails its rule is rejected; a person may still promote it, and roll it back', async () => {
  const driven = open({ train: { ...byHand, promote: { metric: 'auc', atLeast: 1 } } })
  await send(driven, -1, 10 * 24)
  const training = driven.run.train('fraud')
  await driven.to(10 * DAY + 1)
  const newVersion = await training
  assert.deepEqual([newVersion.number, newVersion.state, newVersion.why], [1, 'rejected', 'demand'])
  assert.match(newVersion.verdict!, /^auc 0\.\d+ is below 1\.0000$/)
  await driven.run.promote('fraud', 1, 'by hand')
  assert.deepEqual(stateOf(driven), [[1, 'champion']])
  await driven.run.promote('fraud', 0, 'rollback')
  assert.deepEqual(stateOf(driven), [[1, 'retired']])
  assert.deepEqual(
    promotionsOf(driven.store, 'fraud').map(({ version, why }) => [version, why]),
    [
      [1, 'by hand'],
      [0, 'rollback'],
    ],
  )
  await assert.rejects(driven.run.promote('fraud', 2, 'by hand'), { code: 'SPILL_PRECONDITION' })
  await assert.rejects(driven.run.train('fruad'), { code: 'SPILL_NOT_FOUND', message: /did you mean 'fraud'/ })
  await driven.run.stop()
  await assert.rejects(driven.run.train('fraud'), { code: 'SPILL_STOPPED' })
})

test('a promotion by hand during a training stays: the new version was compared with a score that is no longer in use', async () => {
  let during: (() => Promise<unknown>) | undefined
  const interrupted: (store: ModelStore) => TrainPort = store => async (job, signal) => {
    const training = await trainHere(store)(job, signal)
    await during?.()
    return training
  }
  const driven = open({ train: { ...byHand, promote: { metric: 'auc', atLeast: 0.6 } }, training: interrupted })
  await send(driven, -1, 10 * 24)
  const trained = async (hours: number) => {
    const training = driven.run.train('fraud')
    await driven.to(10 * DAY + hours)
    return (await training).state
  }
  during = () => driven.run.promote('fraud', 0, 'by hand')
  assert.equal(await trained(1), 'champion', 'nothing scored before and nothing scores now')
  during = undefined
  assert.equal(await trained(2), 'champion')
  during = () => driven.run.promote('fraud', 1, 'by hand')
  assert.equal(await trained(3), 'candidate')
  assert.deepEqual(stateOf(driven), [
    [1, 'champion'],
    [2, 'retired'],
    [3, 'candidate'],
  ])
  const third = versionOf(driven.store, 'fraud', 3)!
  assert.equal(third.trained!.champion!.version, 2)
  assert.match(third.verdict!, /on the same decisions: better by 0\.0000; compared with version 2, and version 1 scores now$/)
  during = () => driven.run.promote('fraud', 0, 'by hand')
  assert.equal(await trained(4), 'candidate')
  assert.match(versionOf(driven.store, 'fraud', 4)!.verdict!, /; compared with version 1, and no version scores now$/)
  await driven.run.stop()
})

test('the next start makes a promotion that was requested while no run was active', async () => {
  const first = open({ train: byHand })
  await send(first, -1, 10 * 24)
  const training = first.run.train('fraud')
  await first.to(10 * DAY + 1)
  await training
  await first.run.stop()
  const { commits, states } = first.store.disk
  const put = [['promote/fraud', JSON.stringify({ version: 1, why: 'by hand', at: startTime })]] as const
  const again = open({ train: byHand, disk: { commits: [...commits, { put }], states: new Map(states) }, at: 10 * DAY + 2 })
  await again.to(10 * DAY + 2)
  assert.deepEqual(stateOf(again), [[1, 'champion']])
  await again.run.submit('payments', pay('x', startTime + 10 * DAY))
  assert.equal(decisionsOf(again).at(-1)?.version, 1)
  await again.run.stop()
})

test('simultaneous promotions become markers one after another, and each requester is notified', async () => {
  const driven = open({ train: byHand })
  await send(driven, -1, 10 * 24)
  const training = driven.run.train('fraud')
  await driven.to(10 * DAY + 1)
  await training
  const whys = ['one', 'two', 'three']
  await Promise.all(whys.map((why, i) => driven.run.promote('fraud', i % 2, why)))
  assert.deepEqual(
    promotionsOf(driven.store, 'fraud').map(({ version, why }) => [version, why]),
    whys.map((why, i) => [i % 2, why]),
  )
  // A promotion that is durable at the stop is in the log; one that is not requested yet is rejected.
  const [last, late] = [driven.run.promote('fraud', 1, 'four'), driven.run.promote('fraud', 0, 'five')]
  const rejected = assert.rejects(late, { code: 'SPILL_STOPPED' })
  await Promise.resolve()
  await Promise.all([driven.run.stop(), last, rejected])
  assert.equal(promotionsOf(driven.store, 'fraud').at(-1)?.why, 'four')
})
