import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { pause } from '../../base/clock.ts'
import { count, entity, every, features, lag, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { recordedDecisions } from '../decide/recorded-decision.ts'
import { Run } from '../loop/run.ts'

const card = entity('card', t.string())
const till = entity('till', t.int())
const payments = source('payments', {
  schema: { card, till, amount: t.decimal(2), kind: t.string(), at: t.timestamp() },
  key: 'card',
  time: 'at',
})
const now = features('now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ n: count('2m', { exact: true }), spent: p.amount.sum('2m'), kinds: p.kind.lastK(2, '2m') }),
})
const older = features('older', { from: payments, entity: card, place: lag('1m'), values: () => ({ n: count('2m', { exact: true }) }) })
const both = features('both', {
  from: payments,
  entity: [card, till],
  key: p => [p.card, p.till],
  place: stream,
  values: () => ({ n: count('2m') }),
})
const score = linear({ intercept: 0, weights: {} })
const paid = model('paid', {
  decide: on(payments),
  inputs: p => ({ now: now.of(p.card).n, older: older.of(p.card).n, both: both.of(p.card, p.till).n }),
  score,
})
const watch = model('watch', {
  decide: every('1m', card, { live: '3m' }),
  inputs: ({ card: c }) => ({ now: now.of(c).n, older: older.of(c).n }),
  score,
})
const shop = pipeline('shop', [paid, watch])

const start = Date.parse('2026-01-01T00:00:30Z')
const at = (seconds: number) => start + seconds * 1000
const pay = (seconds: number, of = 'a') => ({ card: of, till: 7, amount: '1.50', kind: of + String(seconds), at: at(seconds) })

function open(disk?: Disk) {
  const store = new ModelStore(disk, true)
  let clock = at(0)
  const run = new Run(shop, { store, clock: () => clock })
  const valuesOf = (group: string, ...key: string[]) => {
    const [row] = run.features([{ group, key }])
    return {
      ...row,
      features: Object.fromEntries(Object.entries(row.features).map(([name, one]) => [name, Object.values(one)[0] as unknown])),
    }
  }
  return {
    store,
    run,
    valuesOf,
    pays: (...all: ReturnType<typeof pay>[]) => run.submit('payments', recordBatchOf(all)),
    moveTo: (s: number) => (clock = at(s)),
  }
}

test('features are current, as delivered, with their provenance', async () => {
  const { run, valuesOf, pays, moveTo } = open()
  await pays(pay(-10), pay(-5), pay(0, 'b'))
  moveTo(20)
  assert.deepEqual(valuesOf('now', 'a'), {
    group: 'now',
    key: { card: 'a' },
    t: at(20),
    asOf: at(20),
    visibleEvents: 3,
    layer: 'stream',
    ageMs: 0,
    features: { n: 2, spent: 3, kinds: ['a-5', 'a-10'] },
  })
  assert.deepEqual([valuesOf('older', 'a').asOf, valuesOf('older', 'a').ageMs], [at(-40), 60_000])
  assert.deepEqual(valuesOf('both', 'a', '7').features, { n: 2 })
  assert.deepEqual(valuesOf('now', 'nobody').features, { n: 0, spent: null, kinds: null })
  const all = run.features(['b', 'a', 'nobody'].map(key => ({ group: 'now', key: [key] })))
  assert.deepEqual(
    all.map(({ key, features: { n } }) => [key['card'], 'value' in n && n.value]),
    [
      ['b', 1],
      ['a', 2],
      ['nobody', 0],
    ],
  )
  const { keyCount } = run.decider.statefulGroups[0].kernel
  valuesOf('now', 'never heard of')
  assert.equal(run.decider.statefulGroups[0].kernel.keyCount, keyCount, 'who asks leaves nothing behind')
  moveTo(130)
  assert.equal(valuesOf('now', 'a').asOf, at(30), 'a tick at 30 is due, and nothing is read above it before it is made')
  while (valuesOf('now', 'a').asOf !== at(130)) await pause(1)
  assert.deepEqual(valuesOf('now', 'a').features['n'], 0)
  assert.throws(() => valuesOf('nwo', 'a'), { code: 'SPILL_NOT_FOUND', message: /there is no group 'nwo'.*'now'/ })
  assert.throws(() => valuesOf('both', 'a'), { message: "group 'both' is keyed by card, till" })
  assert.throws(() => valuesOf('both', 'a', 'x'), { code: 'SPILL_KEY', message: /no key: 'till'/ })
  await run.stop()
})

test('arrivals after a read are stamped at least its time, also if the wall clock went back, and after a restart', async () => {
  const first = open()
  await first.pays(pay(-10))
  first.moveTo(25)
  first.valuesOf('now', 'a')
  first.moveTo(5)
  await first.pays(pay(5))
  assert.equal(first.valuesOf('now', 'a').t, at(25))
  assert.equal(first.store.lastSegment()!.arrival, at(25))
  first.moveTo(28)
  first.valuesOf('now', 'a')
  first.run.checkpoint()
  await first.run.stop()
  const second = open(first.store.crash(0))
  await second.pays(pay(1))
  assert.equal(second.store.lastSegment()!.arrival, at(28), 'the saved state was read there')
  await second.run.stop()
})

/** Decisions are the same with any reads in between, at any time. */
test('reads change no decision', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('pay' as const), of: fc.constantFrom('a', 'b', 'c'), late: fc.nat(90) }),
    fc.record({ kind: fc.constant('move' as const), by: fc.nat(70) }),
    fc.record({ kind: fc.constant('turn' as const) }),
    fc.record({ kind: fc.constant('read' as const), of: fc.constantFrom('a', 'b', 'c'), group: fc.constantFrom('now', 'older') }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
      const decisions = []
      for (const reads of [false, true]) {
        const { store, run, pays, moveTo, valuesOf } = open()
        let clock = 0
        for (const one of steps) {
          if (one.kind === 'move') moveTo((clock += one.by))
          else if (one.kind === 'pay') void pays(pay(clock - one.late, one.of))
          else if (one.kind === 'turn') await pause(0)
          else if (reads) valuesOf(one.group, one.of)
        }
        run.tick()
        await pause(2)
        await run.stop()
        decisions.push(
          store.decisions
            .flatMap(({ bytes }) => [...recordedDecisions(bytes)])
            .sort((x, y) => x.entry - y.entry || (x.key! < y.key! ? -1 : 1)),
        )
      }
      assert.ok(decisions[1].every(({ rejected }) => rejected === undefined))
      assert.deepEqual(
        decisions[1].map(({ t: time, key, vector }) => [time, key, vector]),
        decisions[0].map(({ t: time, key, vector }) => [time, key, vector]),
      )
    }),
    { numRuns: 60 },
  )
})

test('decisions on submitted events are returned before they are durable, and a rejected record has none', async () => {
  const { run, store } = open()
  await run.submit('payments', recordBatchOf([pay(-20)]))
  store.hold()
  const sent = run.decide('payments', recordBatchOf([pay(-10), { card: 'a' }, pay(-5, 'b')]))
  const decided = await sent.decided
  assert.deepEqual(
    decided.map(({ model: name, key, entry, vector }) => [name, key, entry, vector['now']]),
    [
      ['paid', 'a', 1, 2],
      ['paid', 'b', 2, 1],
    ],
  )
  assert.equal(store.waiting, 1)
  store.keepUp()
  assert.deepEqual(await sent.receipt, { accepted: 2, duplicates: 0, rejected: 1, sequence: 3 })
  assert.deepEqual(await run.decide('payments', recordBatchOf([{ card: 'a' }])).decided, [])
  await run.stop()
})

test('a failing run rejects those who wait for a decision', async () => {
  const { run, store } = open()
  store.fail()
  const { decided, receipt } = run.decide('payments', recordBatchOf([pay(0)]))
  await assert.rejects(receipt, { code: 'SPILL_STORE' })
  await decided.catch(() => {})
  assert.throws(() => run.features([{ group: 'now', key: ['a'] }]), { code: 'SPILL_STORE' })
})
