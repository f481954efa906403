import assert from 'node:assert/strict'
import { test } from 'node:test'
import { computeHere } from '../../../test/batch/compute-here.ts'
import { decisionsOf } from '../../../test/batch/driven-run.ts'
import { alike, assertAlike, bodyOf, feature, MINUTE, open, pay, payment, start } from '../../../test/batch/layered-run.ts'
import { ModelStore } from '../../../test/crash/model-store.ts'
import type { ComputeRun } from '../../batch/job.ts'
import { batchRunsIn } from '../../batch/ledger.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { Run } from '../loop/run.ts'

test('two layers give the values of one layer through every swap, and say which layers they are', async () => {
  const driven = open()
  const { run, to } = driven
  for (let m = 0, id = 0; m < 32; m++) {
    await to(m * MINUTE + 1)
    for (let i = 0; i < 5; i++) await run.submit('payments', recordBatchOf([payment(id++, m * MINUTE + 1)]))
    await to(m * MINUTE + 30_000)
    await run.submit('payments', recordBatchOf([payment(id++, m * MINUTE + 30_000)]))
    assertAlike(driven)
  }
  const { layer, snapshot, degraded } = feature(run, 'layered', 'c1')
  assert.deepEqual([layer, snapshot?.asOf, snapshot?.ageMs, degraded], ['merged', start + 30 * MINUTE, 90_000, undefined])
  assert.equal(feature(run, 'alone', 'c1').layer, 'stream')
  const decisions = decisionsOf(driven)
  assert.equal(decisions.length, 192)
  decisions.forEach(alike)
  assert.deepEqual(
    batchRunsIn(driven.store).map(({ state, swapped }) => [state, swapped !== undefined]),
    Array.from({ length: 7 }, () => ['done', true]),
  )
  assert.deepEqual(driven.reports, [])
  await run.stop()
})

test('during a run new events go to both deltas, and each event is in one layer before and after the swap', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const blockedCompute: (store: ModelStore) => ComputeRun = store => async (job, take, signal) => {
    await promise
    return computeHere(store)(job, take, signal)
  }
  const driven = open({ computing: blockedCompute })
  const { run, to } = driven
  for (let id = 0; id < 20; id++) await run.submit('payments', recordBatchOf([payment(id, 0)]))
  await to(MINUTE)
  for (let id = 20; id < 40; id++) await run.submit('payments', recordBatchOf([payment(id, MINUTE)]))
  await to(2 * MINUTE)
  assert.deepEqual([feature(run, 'layered', 'c1').layer, bodyOf(driven)], ['stream', undefined])
  assertAlike(driven)
  resolve()
  await to(2 * MINUTE + 1)
  for (let id = 40; id < 60; id++) await run.submit('payments', recordBatchOf([payment(id, 2 * MINUTE)]))
  await to(6 * MINUTE)
  assert.deepEqual([feature(run, 'layered', 'c1').layer, feature(run, 'layered', 'c1').snapshot?.asOf], ['merged', start + 5 * MINUTE])
  assertAlike(driven)
  await run.stop()
})

test('a failed or missing run marks every value as degraded and changes none', async () => {
  let fails = true
  const sometimes: (store: ModelStore) => ComputeRun = store => async (job, take, signal) => {
    if (fails) throw new Error('no memory')
    return computeHere(store)(job, take, signal)
  }
  const driven = open({ computing: sometimes, at: 1 })
  const { run, to } = driven
  for (let id = 0; id < 20; id++) await run.submit('payments', recordBatchOf([payment(id, 0)]))
  await to(2)
  assert.match(feature(run, 'layered', 'c1').degraded!, /the batch run of 2026-01-01T00:00:00.000Z failed: no memory/)
  assertAlike(driven)
  fails = false
  await to(MINUTE)
  assert.deepEqual([feature(run, 'layered', 'c1').degraded, feature(run, 'layered', 'c1').layer], [undefined, 'merged'])
  await run.stop()
  const again = new Run(pay, {
    store: new ModelStore(driven.store.disk, true),
    clock: () => start + 11 * MINUTE,
    compute: () => new Promise(() => {}),
  })
  assert.match(
    again.features([{ group: 'layered', key: ['c1'] }])[0].degraded!,
    /the batch run of 2026-01-01T00:05:00.000Z is not there yet: what arrived since 2026-01-01T00:00:00.000Z is in the stream layer/,
  )
  await again.stop()
})

test('a run on demand gives a snapshot as of its request', async () => {
  const driven = open({ at: 30_000 })
  const { run, to } = driven
  for (let id = 0; id < 20; id++) await run.submit('payments', recordBatchOf([payment(id, 0)]))
  await to(30_000)
  const request = run.batch('layered')
  await to(30_001)
  const record = await request
  assert.deepEqual([record.why, record.s, record.state], ['demand', start + 30_000, 'done'])
  assert.equal(feature(run, 'layered', 'c1').snapshot?.run, record.number)
  assertAlike(driven)
  await run.stop()
})
