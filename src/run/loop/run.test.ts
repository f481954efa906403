import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { count, entity, features, lag, logistic, model, on, pipeline, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { decodeDecisions } from '../decide/decision-codec.ts'
import type { RunOptions } from './composition-root.ts'
import { Run } from './run.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.decimal(2, { min: 0 }), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const logins = source('logins', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: p => ({ n: count('1h'), sum: p.amount.sum('1h') }) })
const before = features('before', {
  from: payments,
  entity: card,
  place: lag('10m'),
  values: p => ({ n: count('1h'), last: p.amount.lastK(2, '1h') }),
})
const seen = features('seen', { from: logins, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const risk = model('risk', {
  decide: on(payments),
  inputs: p => ({ now: now.of(p.card), before: before.of(p.card).n, logins: seen.of(p.card).n, amount: p.amount }),
  score: logistic({ intercept: 0, weights: { 'now.n': 1, amount: 0.01 } }),
})
const known = model('known', {
  decide: on(logins),
  inputs: l => ({ n: now.of(l.card).n, list: before.of(l.card).last }),
  score: { version: '1', compute: ({ list }) => list?.length ?? 0 },
})
const shop = pipeline('shop', [risk, known])

const start = Date.parse('2026-01-01T00:00Z')
const minute = (m: number) => start + m * 60_000
const pay = (id: string, m: number, amount = '1.50', of = 'c') => ({ id, card: of, amount, at: minute(m) })

function open(disk?: Disk, options: Partial<RunOptions> = {}, definition = shop) {
  const store = new ModelStore(disk, true)
  let at = minute(0)
  const run = new Run(definition, { store, clock: () => at, ...options })
  return { store, run, moveTo: (m: number) => (at = minute(m)) }
}

/** Recorded decisions as rows: model, entry, vector column values, score, and visible events. */
function decisionsOf(store: ModelStore): unknown[] {
  return store.decisions.flatMap(({ bytes }) => {
    const { model, length, entry, vector, score, visibleCounts, strings, keys } = decodeDecisions(bytes)
    return Array.from({ length }, (_, row) => ({
      model,
      entry: entry[row],
      key: strings.textOf(keys.values[row]),
      vector: vector.map(({ values, nulls }) => (nulls?.[row] ? null : values[row])),
      score: score.values[row],
      known: visibleCounts.map(counts => counts[row]),
    }))
  })
}

test('decisions see the visible events, and record them', async () => {
  const { store, run, moveTo } = open()
  await run.submit('payments', recordBatchOf([pay('1', 0), pay('2', 0)]))
  await run.submit('logins', recordBatchOf([{ card: 'c', at: start }]))
  moveTo(11)
  await run.submit('payments', recordBatchOf([pay('3', 11)]))
  await run.stop()
  const rows = decisionsOf(store) as { model: string; vector: number[]; known: number[]; entry: number }[]
  assert.deepEqual(
    rows.map(({ model, entry, vector, known }) => [model, entry, vector, known]),
    [
      ['risk', 0, [1, 1.5, 0, 0, 1.5], [1, 0, 0]],
      ['risk', 1, [2, 3, 0, 0, 1.5], [2, 0, 0]],
      ['known', 2, [2, null], [2, 0]],
      ['risk', 3, [3, 4.5, 2, 1, 1.5], [3, 2, 1]],
    ],
  )
})

test('a duplicate is acknowledged and not appended, other content is a conflict: within a turn, across turns, and after a restart', async () => {
  const first = open()
  const receipt = await first.run.submit('payments', recordBatchOf([pay('1', 0), pay('1', 0), pay('1', 0, '9.99')]))
  assert.deepEqual(receipt, { accepted: 1, duplicates: 1, rejected: 1, sequence: 1 })
  assert.deepEqual(await first.run.submit('payments', recordBatchOf([pay('1', 0), pay('1', 0, '7.00')])), { ...receipt, accepted: 0 })
  await first.run.stop()
  const again = open(first.store.disk)
  assert.deepEqual(await again.run.submit('payments', recordBatchOf([pay('1', 0), pay('1', 0, '8.00'), pay('2', 0)])), {
    ...receipt,
    sequence: 2,
  })
  again.moveTo(61)
  assert.equal(
    (await again.run.submit('payments', recordBatchOf([pay('1', 0)]))).accepted,
    1,
    'an hour and a minute later it is another event',
  )
  await again.run.stop()
  assert.deepEqual(
    again.store.dead.map(({ reason, place, sequence }) => [reason, place, sequence]),
    [
      ['conflict', 'row 3', 0],
      ['conflict', 'row 2', 1],
      ['conflict', 'row 2', 1],
    ],
  )
})

test('a stopped and restarted run makes the decisions of an uninterrupted one', async () => {
  const whole = open()
  const parts = open()
  let disk = parts.store.disk
  for (let m = 0; m < 30; m++) {
    whole.moveTo(m)
    const batch = recordBatchOf([pay(`a${m}`, m), pay(`b${m}`, m - 5, '2.00', 'd')])
    const login = recordBatchOf([{ card: m % 2 ? 'c' : 'd', at: minute(m) }])
    await whole.run.submit('payments', batch)
    await whole.run.submit('logins', login)
    const { store, run, moveTo } = open(disk)
    moveTo(m)
    await run.submit('payments', batch)
    await run.submit('logins', login)
    await run.stop()
    disk = store.disk
  }
  const last = new ModelStore(disk)
  assert.equal(decisionsOf(last).length, 90)
  assert.deepEqual(decisionsOf(last), decisionsOf(whole.store))
})

test('a log with missing decisions is decided again, once, despite a crash in between', async () => {
  const { store, run } = open()
  // One turn: both models decide in one segment.
  await Promise.all([
    run.submit('payments', recordBatchOf([pay('1', 0), pay('2', 0)])),
    run.submit('logins', recordBatchOf([{ card: 'c', at: start }])),
  ])
  await run.stop()
  const commits = store.disk.commits.map(({ segment, schemas }) => ({ ...(segment && { segment }), ...(schemas && { schemas }) }))
  for (let commitCount = 0; commitCount < 4; commitCount++) {
    const slowStore = new ModelStore({ commits })
    const crashing = new Run(shop, { store: slowStore, clock: () => minute(0) })
    for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve))
    const again = open(slowStore.crash(commitCount))
    assert.equal(crashing.end, 3)
    await again.run.stop()
    assert.deepEqual(decisionsOf(again.store), decisionsOf(store))
  }
})

test('entries that a full disk rejects are acknowledged to nobody, and end the run', async () => {
  const { store, run } = open()
  store.hold()
  const sent = run.submit('payments', recordBatchOf([pay('1', 0)]))
  await new Promise(resolve => setImmediate(resolve))
  store.fail()
  await assert.rejects(sent, { code: 'SPILL_STORE' })
  await assert.rejects(run.ended, { code: 'SPILL_STORE' })
  await assert.rejects(run.submit('payments', recordBatchOf([pay('2', 0)])), { code: 'SPILL_STORE' })
})

test('a clock that jumps back never lowers arrivals; a key stays in one of several partitions', async () => {
  const { store, run, moveTo } = open(undefined, { partitions: 3 })
  moveTo(60)
  await run.submit('payments', recordBatchOf(['a', 'b', 'c', 'd', 'e'].map((of, i) => pay(`x${i}`, 60, '1.00', of))))
  moveTo(0)
  await run.submit('payments', recordBatchOf(['a', 'b', 'c', 'd', 'e'].map((of, i) => pay(`y${i}`, 0, '1.00', of))))
  await run.stop()
  const risks = store.decisions.map(({ bytes }) => decodeDecisions(bytes))
  assert.deepEqual(
    risks.flatMap(({ t }) => [...t]),
    new Array(10).fill(minute(60)),
  )
  const partitions = risks.map(({ sourcePosition }) => [...sourcePosition!].map(at => Math.floor(at / 2 ** 43)))
  assert.deepEqual(partitions[0], partitions[1])
  assert.ok(new Set(partitions[0]).size > 1)
})

test('a source at its limit of ids is held back, and forgets none of them', async () => {
  const reports: string[] = []
  const { store, run, moveTo } = open(undefined, { idsMax: 4, onReport: report => reports.push(report) })
  const settle = async () => {
    for (let i = 0; i < 5; i++) {
      run.tick()
      await new Promise(resolve => setImmediate(resolve))
    }
  }
  await run.submit('payments', recordBatchOf([pay('a', 0), pay('b', 0), pay('c', 0)]))
  moveTo(50)
  let notifications = 0
  const sending = [['d', 'e'], ['f']].map(ids =>
    run.submit('payments', recordBatchOf(ids.map(id => pay(id, 50)))).then(() => notifications++),
  )
  await settle()
  assert.deepEqual([notifications, run.end], [0, 3])
  assert.equal(reports.length, 1)
  assert.match(reports[0], /held back.*DEDUPE_IDS_MAX/)
  // An hour later the first three ids may be forgotten.
  moveTo(61)
  await settle()
  await Promise.all(sending)
  assert.equal((await run.submit('payments', recordBatchOf([pay('d', 50)]))).duplicates, 1)
  const receipt = run.submit('payments', recordBatchOf([pay('g', 61), pay('h', 61)]))
  const rejected = assert.rejects(receipt, { code: 'SPILL_LIMIT', message: /send it again/ })
  await run.stop()
  await rejected
  assert.deepEqual([run.end, reports.length], [6, 2])
  const again = open(store.crash(0), { idsMax: 4 })
  again.moveTo(130)
  assert.equal((await again.run.submit('payments', recordBatchOf([pay('g', 61), pay('h', 61)]))).accepted, 2)
})

test('rows of one record for whose ids there is no room are dead letters, and the run goes on', async () => {
  const carts = source('carts', {
    schema: { id: t.string(), card, at: t.timestamp() },
    key: 'card',
    time: 'at',
    id: 'id',
    map: ({ cart, at }: { cart: string; at: number }) => ['x', 'y', 'z'].map(of => ({ id: `${cart}${of}`, card: of, at })),
    mapVersion: '1',
  })
  const items = features('items', { from: carts, entity: card, place: stream, values: () => ({ n: count('1h') }) })
  const { store, run } = open(undefined, { idsMax: 4 }, pipeline('shop', [items]))
  const cart = (name: string) => recordBatchOf([{ cart: name, at: minute(0) }])
  assert.equal((await run.submit('carts', cart('a'))).accepted, 3)
  const { accepted, rejected } = await run.submit('carts', cart('b'))
  assert.deepEqual([accepted, rejected], [1, 2])
  await run.stop()
  assert.deepEqual(
    store.dead.map(({ reason, detail }) => [reason, /DEDUPE_IDS_MAX/.test(detail)]),
    [
      ['limit', true],
      ['limit', true],
    ],
  )
})
