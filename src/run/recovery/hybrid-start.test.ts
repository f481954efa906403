import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decisionsOf } from '../../../test/batch/driven-run.ts'
import { assertAlike, bodyOf, feature, groupOf, lived, MINUTE, open, pay, start } from '../../../test/batch/layered-run.ts'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { batchRunsIn } from '../../batch/ledger.ts'
import { every, hybrid, pipeline, stream } from '../../index.ts'
import { HybridGroup } from '../groups/hybrid-group.ts'
import { Run } from '../loop/run.ts'

test('after a crash at any commit it continues with one layer or two, and decides the same', async () => {
  const first = await lived()
  const decisions = new Map(decisionsOf(first).map(one => [one.entry, one]))
  const { commits, states } = first.store.disk
  for (let commitCount = 1; commitCount <= commits.length; commitCount++) {
    const again = open({ disk: { commits: commits.slice(0, commitCount), states: new Map(states) }, at: 10 * MINUTE + 1 })
    assertAlike(again)
    await again.to(10 * MINUTE + 2)
    assertAlike(again)
    for (const one of decisionsOf(again)) assert.deepEqual(one, decisions.get(one.entry))
    assert.ok(batchRunsIn(again.store).every(({ state }) => state !== 'running'))
    await again.run.stop()
  }
})

test('a start continues with the snapshot in use, and a delta from saved state or from the log after its cut', async () => {
  const first = await lived()
  const before = feature(first.run, 'layered', 'c1')
  const run = bodyOf(first)
  const beforeStop: Disk = { commits: [...first.store.disk.commits], states: new Map(first.store.disk.states) }
  await first.run.stop()
  for (const disk of [beforeStop, { commits: [...first.store.disk.commits], states: new Map(first.store.disk.states) }]) {
    const again = open({ disk, at: 10 * MINUTE + 2 })
    assert.equal(bodyOf(again), run)
    assert.deepEqual(feature(again.run, 'layered', 'c1').features, before.features)
    assertAlike(again)
    const [group] = again.run.decider.hybridGroups
    assert.ok(group.kernel.keyCount > 0 && group.snapshot!.kernel.keyCount > 0)
    assert.deepEqual(again.reports, [])
    await again.to(15 * MINUTE + 1)
    assert.equal(feature(again.run, 'layered', 'c1').snapshot?.asOf, start + 15 * MINUTE)
    assertAlike(again)
    await again.run.stop()
  }
})

test('a lost result is made again from the log, and reported', async () => {
  const first = await lived()
  await first.run.stop()
  const { commits, states } = first.store.disk
  const damaged = new Map([...states].map(([name, bytes]) => [name, name.startsWith('run-') ? bytes.map(byte => byte ^ 1) : bytes]))
  for (const left of [new Map<string, Uint8Array>(), damaged]) {
    const again = open({ disk: { commits: [...commits], states: left }, at: 10 * MINUTE + 2 })
    assertAlike(again)
    assert.match(again.reports.join(), /the result of run 2 of group 'layered' is missing or damaged; it is made again from the log/)
    await again.to(15 * MINUTE + 1)
    assertAlike(again)
    await again.run.stop()
  }
})

test('a result of other definitions is ignored: all events are in the delta until the next run, which starts at once', async () => {
  const first = await lived()
  await first.run.stop()
  const other = groupOf('layered', hybrid(every('5m')), '11m')
  const like = groupOf('alone', stream, '11m')
  const again = open({ of: pipeline('pay', [other, like]), disk: first.store.disk, at: 10 * MINUTE + 2 })
  assert.match(
    again.reports.join(),
    /the definition of group 'layered' has changed since its last batch run: its stream layer has everything until the next/,
  )
  assert.deepEqual([bodyOf(again), feature(again.run, 'layered', 'c1').layer], [undefined, 'stream'])
  assertAlike(again)
  await again.to(10 * MINUTE + 3)
  assert.equal(feature(again.run, 'layered', 'c1').snapshot?.asOf, start + 10 * MINUTE)
  assertAlike(again)
  await again.run.stop()
})

test('without batch runs a hybrid group equals the stream’s, in one kernel, also over a log that had them', async () => {
  const first = await lived()
  const before = feature(first.run, 'layered', 'c1')
  await first.run.stop()
  const again = new Run(pay, { store: new ModelStore(first.store.disk, true), clock: () => start + 10 * MINUTE + 1 })
  const { layer, features: values, snapshot } = again.features([{ group: 'layered', key: ['c1'] }])[0]
  assert.deepEqual([layer, snapshot, values], ['stream', undefined, before.features])
  assert.ok(!again.decider.allGroups.some(group => group instanceof HybridGroup))
  await again.stop()
})
