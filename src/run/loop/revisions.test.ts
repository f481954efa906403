import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { count, entity, features, lag, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { recordedDecisions } from '../decide/recorded-decision.ts'
import { Run } from './run.ts'

const patient = entity('patient', t.string())
const readings = source('readings', {
  schema: { upload: t.string(), patient, level: t.int(), at: t.timestamp(), gone: t.bool().nullable() },
  key: 'patient',
  time: 'at',
  id: 'upload',
  identity: ['at'],
  revisable: '1h',
  deleted: 'gone',
})
const recent = features('recent', {
  from: readings,
  entity: patient,
  place: stream,
  values: r => ({ n: count('2h'), sum: r.level.sum('2h'), last: r.level.last('2h') }),
})
const older = features('older', { from: readings, entity: patient, place: lag('10m'), values: r => ({ sum: r.level.sum('2h') }) })
const watch = model('watch', {
  decide: on(readings),
  inputs: r => ({ recent: recent.of(r.patient), older: older.of(r.patient).sum }),
  score: linear({ intercept: 0, weights: { 'recent.n': 1 } }),
})
const clinic = pipeline('clinic', [watch])

const start = Date.parse('2026-01-01T00:00Z')
const minute = (m: number) => start + m * 60_000
const reading = (upload: string, level: number, m: number, gone: boolean | null = null) => ({
  upload,
  patient: 'p',
  level,
  at: minute(m),
  gone,
})

function open(disk?: Disk, idsMax?: number) {
  const store = new ModelStore(disk, true)
  let at = minute(0)
  const run = new Run(clinic, { store, clock: () => at, ...(idsMax !== undefined && { idsMax }) })
  const sendAt = (m: number, ...records: unknown[]) => {
    at = minute(m)
    return run.submit('readings', recordBatchOf(records))
  }
  return { store, run, sendAt }
}

const vectorsOf = (store: ModelStore): unknown[] =>
  store.decisions.flatMap(({ bytes }) => [...recordedDecisions(bytes)].map(({ t: at, vector }) => [(at - start) / 60_000, vector]))

test('deletes alone make no decision, and none is stored', async () => {
  const { store, sendAt, run } = open()
  await sendAt(0, reading('a', 100, 0))
  await sendAt(1, reading('b', 100, 0, true))
  await run.stop()
  assert.deepEqual(
    store.decisions.map(({ count: of }) => of),
    [1],
  )
})

test('a later reading of the same time replaces the earlier one, wherever a group sees it', async () => {
  const { store, sendAt, run } = open()
  await sendAt(0, reading('a', 100, 0), reading('b', 50, -5))
  await sendAt(5, reading('c', 60, -5))
  await sendAt(12, reading('d', 70, 12))
  await run.stop()
  assert.deepEqual(vectorsOf(store), [
    [0, { recent: { n: 1, sum: 100, last: 100 }, older: null }],
    [0, { recent: { n: 2, sum: 150, last: 100 }, older: null }],
    [5, { recent: { n: 2, sum: 160, last: 100 }, older: null }],
    [12, { recent: { n: 3, sum: 230, last: 70 }, older: 150 }],
  ])
})

test('a deleted reading does not count, may delete what never existed, and triggers nothing', async () => {
  const { store, sendAt, run } = open()
  await sendAt(0, reading('a', 100, 0))
  await sendAt(1, reading('b', 0, 0, true), reading('c', 0, -20, true), reading('d', 80, 1))
  await run.stop()
  assert.deepEqual(vectorsOf(store), [
    [0, { recent: { n: 1, sum: 100, last: 100 }, older: null }],
    [1, { recent: { n: 1, sum: 80, last: 80 }, older: null }],
  ])
})

test('a revision of a revision counts; only the latest content of an id is a duplicate; a late one is stale, after a restart too', async () => {
  const first = open()
  assert.equal((await first.sendAt(0, reading('a', 100, 0))).accepted, 1)
  assert.equal((await first.sendAt(10, reading('a', 90, 0), reading('a', 90, 0))).duplicates, 1)
  assert.deepEqual(await first.sendAt(20, reading('a', 100, 0)), { accepted: 1, duplicates: 0, rejected: 0, sequence: 3 })
  await first.run.stop()
  const again = open(first.store.disk)
  assert.equal((await again.sendAt(60, reading('x', 95, 0))).accepted, 1, 'an hour after the original')
  const late = await again.sendAt(61, reading('y', 94, 0), reading('z', 50, 59))
  assert.deepEqual([late.accepted, late.rejected], [1, 1])
  await again.run.stop()
  assert.deepEqual(
    again.store.dead.map(({ reason, detail }) => [reason, detail]),
    [['stale-revision', 'it revises an event older than 1h (revisable)']],
  )
  const last = vectorsOf(again.store).at(-1) as [number, { recent: unknown }]
  assert.deepEqual(last[1].recent, { n: 2, sum: 145, last: 50 })
})

test('an event for whose identity there is no room is a dead letter, and revisions and the run go on', async () => {
  const { store, sendAt, run } = open(undefined, 3)
  await sendAt(0, reading('a', 100, 0), reading('b', 101, 1))
  await sendAt(90, reading('c', 102, 90))
  const { accepted, rejected } = await sendAt(120, reading('d', 103, 120), reading('e', 90, 90))
  assert.deepEqual([accepted, rejected], [1, 1])
  await run.stop()
  assert.deepEqual(
    store.disk.commits.flatMap(({ deadLetters = [] }) => deadLetters).map(({ reason, detail }) => [reason, /DEDUPE_IDS_MAX/.test(detail)]),
    [['limit', true]],
  )
})
