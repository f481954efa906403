import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelEffects } from '../../../test/crash/model-effects.ts'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { pause } from '../../base/clock.ts'
import {
  action,
  answer,
  count,
  entity,
  every,
  features,
  linear,
  model,
  on,
  pipeline,
  request,
  source,
  stdout,
  stream,
  t,
} from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import type { NewEffect } from '../../log/effects.ts'
import type { RunOptions } from '../loop/composition-root.ts'
import { Run } from '../loop/run.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, amount: t.int(), at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: p => ({ n: count('1h'), spent: p.amount.sum('1h') }) })
const score = linear({ intercept: 0, weights: { 'now.spent': 1 } })
const paid = model('paid', { decide: on(payments), inputs: p => ({ now: now.of(p.card) }), score })
const watch = model('watch', { decide: every('5m', card, { live: '30m' }), inputs: ({ card: c }) => ({ now: now.of(c) }), score })
const ask = model('ask', { decide: request({ card }), inputs: r => ({ now: now.of(r.card) }), score })
const alarm = action('alarm', { when: paid.score.gte(10), deadline: '1m', cooldown: '10m', do: stdout() })
const note = action('note', { when: paid.score.gte(20), do: stdout() })
const page = action('page', { when: watch.score.gte(10), deadline: '8m', do: stdout() })
const call = action('call', { when: ask.score.gte(10), deadline: '1s', do: stdout() })
const decline = action('decline', { when: paid.score.gte(10), do: answer({ approved: false }) })
const shop = pipeline('shop', [alarm, note, page, call, decline])

const start = Date.parse('2026-01-01T00:01Z')
const at = (minutes: number) => start + minutes * 60_000
const pay = (minutes: number, amount: number, of = 'a') => ({ card: of, amount, at: at(minutes) })

function open(disk?: Disk, options: Partial<RunOptions> = {}) {
  const store = new ModelStore(disk, true)
  const sent: NewEffect[] = []
  let clock = at(0)
  const run = new Run(shop, { store, clock: () => clock, onEffects: effects => sent.push(...effects), ...options })
  const pays = (...all: ReturnType<typeof pay>[]) => run.submit('payments', recordBatchOf(all))
  return { store, run, sent, pays, moveTo: (minutes: number) => (clock = at(minutes)) }
}

const about = ({ action: name, key, t: time }: Pick<NewEffect, 'action' | 'key' | 't'>) => [name, JSON.parse(key), (time - start) / 60_000]

test('effects follow decisions in order, are published once durable, and name their decision', async () => {
  const { run, sent, pays, store } = open()
  await pays(pay(-1, 9), pay(0, 1), pay(0, 30, 'b'))
  assert.deepEqual(sent.map(about), [
    ['alarm', 'a', 0],
    ['alarm', 'b', 0],
    ['note', 'b', 0],
  ])
  const [first, second] = sent
  assert.deepEqual(JSON.parse(first.body), {
    id: first.id,
    pipeline: 'shop',
    action: 'alarm',
    model: 'paid',
    key: 'a',
    t: at(0),
    score: 10,
    vector: { now: { n: 2, spent: 10 } },
    due: at(1),
  })
  assert.match(first.id, /^shop\/alarm\/[0-9a-f]{32}$/)
  assert.equal(new Set(sent.map(({ id }) => id)).size, 3)
  assert.deepEqual([first.number, first.entry, first.due, second.entry], [1, 1, at(1), 2])
  assert.deepEqual(new ModelEffects(store.disk.commits).all.map(about), sent.map(about))
  await run.stop()
})

test('no two effects of a key are closer than the cooldown, by decision times, whatever is decided in between', async () => {
  const { sent, pays, moveTo, run } = open()
  for (const minutes of [0, 5, 9.99, 10, 15, 20]) {
    moveTo(minutes)
    await pays(pay(minutes, 10))
  }
  await run.stop()
  assert.deepEqual(
    sent.filter(({ action: name }) => name === 'alarm').map(({ t: time }) => (time - start) / 60_000),
    [0, 10, 20],
  )
})

test('the deadline of a tick counts from the newest event of its key, that of a request from its own time', async () => {
  const { sent, pays, moveTo, run } = open()
  await pays(pay(-2, 10), pay(-1, 0), pay(-3, 4, 'b'))
  moveTo(4.5)
  run.tick()
  while (sent.length < 2) await pause(1)
  moveTo(6)
  await run.request('ask', { card: 'a' })
  assert.deepEqual(
    sent.map(effect => [...about(effect), (effect.due! - start) / 60_000]),
    [
      ['alarm', 'a', 0, -1],
      ['page', 'a', 4, 7],
      ['call', 'a', 6, 6 + 1 / 60],
    ],
  )
  await run.stop()
})

test('a crash loses no effect, repeats none under another id, and keeps the cooldown', async () => {
  const first = open()
  await first.pays(pay(0, 10))
  first.store.hold()
  first.moveTo(3)
  void first.pays(pay(3, 10), pay(3, 10, 'b')).catch(() => {})
  while (first.store.waiting === 0) await pause(1)
  const whole = open(first.store.crash(9))
  const restarted = open(first.store.crash(0))
  assert.deepEqual(whole.sent, [], 'what was made before is found in the store')
  assert.deepEqual(whole.store.effects.pending('alarm', 0, 9).map(about), [
    ['alarm', 'a', 0],
    ['alarm', 'b', 3],
  ])
  restarted.moveTo(3)
  await restarted.pays(pay(3, 10), pay(3, 10, 'b'))
  await restarted.run.stop()
  assert.deepEqual(restarted.sent.map(about), [
    ['note', 'a', 3],
    ['alarm', 'b', 3],
  ])
  const pendingOf = (store: ModelStore) =>
    ['alarm', 'note'].flatMap(name => store.effects.pending(name, 0, 9).map(({ id, number }) => [id, number]))
  assert.deepEqual(pendingOf(restarted.store), pendingOf(whole.store))
  whole.moveTo(3.9)
  await whole.pays(pay(3.9, 10), pay(3.9, 10, 'b'))
  await whole.run.stop()
  assert.equal(whole.sent.filter(({ action: name }) => name === 'alarm').length, 0)
})

test('a decision that is made late, after a crash, cools down by its own time and not by the end of the log', async () => {
  const { run, pays, moveTo, store } = open()
  for (const [minutes, of] of [
    [0, 'a'],
    [3, 'a'],
    [15, 'b'],
  ] as const) {
    moveTo(minutes)
    await pays(pay(minutes, 10, of))
  }
  await run.stop()
  const [first, ...later] = store.disk.commits.filter(({ segment }) => segment)
  const undecided = later.map(({ segment }) => ({ segment: segment! }))
  const before = store.disk.commits.slice(0, store.disk.commits.indexOf(first) + 1)
  const again = open({ commits: [...before, ...undecided] })
  again.moveTo(15)
  await again.run.stop()
  assert.deepEqual(again.sent.filter(({ action: name }) => name === 'alarm').map(about), [['alarm', 'b', 15]])
})

test('a new log has other effect ids', async () => {
  const ids = await Promise.all(
    [1, 2].map(async () => {
      const { sent, pays, run } = open()
      await pays(pay(0, 10))
      await run.stop()
      return sent[0].id
    }),
  )
  assert.notEqual(ids[0], ids[1])
})

test('a dry run records effects and sends none', async () => {
  const { store, pays, run } = open(undefined, { isDry: true })
  await pays(pay(0, 10))
  await run.stop()
  assert.deepEqual(
    new ModelEffects(store.disk.commits).all.map(({ state }) => state),
    ['dry'],
  )
})

test('the outcome of an effect is durable, and an impossible outcome fails the run', async () => {
  const { store, pays, run } = open()
  await pays(pay(0, 10))
  await run.settle([{ kind: 'delivered', number: 1, sent: 1, at: 2 }])
  assert.deepEqual(store.effects.pendingCounts().size, 0)
  await assert.rejects(run.settle([{ kind: 'delivered', number: 1, sent: 1, at: 2 }]), { code: 'SPILL_STORE' })
  await assert.rejects(pays(pay(0, 10)), { code: 'SPILL_STORE' })
})
