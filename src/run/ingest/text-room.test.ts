import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { Strings } from '../../columns/strings.ts'
import { count, entity, features, model, on, pipeline, request, rules, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { restoreManifest } from '../recovery/manifest.ts'
import { recordedDecisions } from '../decide/recorded-decision.ts'
import { Run } from '../loop/run.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, city: t.string(), at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ n: count('lifetime'), city: p.city.last('lifetime') }),
})
const offer = model('offer', {
  decide: request({ card, city: t.string() }),
  inputs: r => ({ n: now.of(r.card).n, last: now.of(r.card).city, city: r.city, moved: r.city.eq(now.of(r.card).city) }),
  score: i => rules([{ when: i.moved, score: 1 }], 0),
})
const seen = model('seen', { decide: on(payments), inputs: p => ({ n: now.of(p.card).n }), score: () => rules([], 0) })
const shop = pipeline('shop', [offer, seen])
const start = Date.parse('2026-01-01T00:00Z')

function open(disk?: Disk, room?: { texts: number; bytes: number }) {
  const store = new ModelStore(disk, true)
  const reports: string[] = []
  const run = new Run(shop, { store, clock: () => start, onReport: report => reports.push(report), ...(room && { textLimits: room }) })
  return { store, run, reports }
}

const pay = (of: string, city = 'Bern') => ({ card: of, city, at: start })

/** Strings that a stopped run saved. */
function saved(store: ModelStore): Strings {
  const strings = new Strings()
  assert.ok(restoreManifest(store, strings, report => assert.fail(report)))
  return strings
}

test('texts of requests are dropped after the answer, without effect on decisions', async () => {
  const { run, store } = open()
  await run.submit('payments', recordBatchOf([pay('c1'), pay('c2', 'Chur')]))
  for (let i = 0; i < 300; i++) {
    const [unknown, known] = await Promise.all([
      run.request('offer', { card: `unknown ${i}`, city: `city ${i}` }),
      run.request('offer', { card: 'c2', city: i % 2 === 0 ? 'Chur' : `city ${i}` }),
    ])
    assert.deepEqual([unknown.key, unknown.vector], [`unknown ${i}`, { n: 0, last: null, city: `city ${i}`, moved: null }])
    assert.equal(known.score, i % 2 === 0 ? 1 : 0)
  }
  // A text that a request introduced belongs to an event later, with its own state.
  await run.submit('payments', recordBatchOf([pay('unknown 7', 'city 9')]))
  const { vector } = await run.request('offer', { card: 'unknown 7', city: 'city 9' })
  assert.deepEqual(vector, { n: 1, last: 'city 9', city: 'city 9', moved: true })
  await run.stop()
  const strings = saved(store)
  const texts = Array.from({ length: strings.size }, (_, id) => strings.textOf(id))
  assert.deepEqual(texts.sort(), ['Bern', 'Chur', 'c1', 'c2', 'city 9', 'unknown 7'])
})

test('beyond its limit a run rejects records with new texts, reports it once, and continues with known texts, after a restart too', async () => {
  const room = { texts: 10, bytes: 1000 }
  let { run, store, reports } = open(undefined, room)
  const message = 'the texts of keys and string features have reached their limit'
  for (let round = 0; round < 2; round++) {
    const flood = Array.from({ length: 30 }, (_, i) => pay(`c${round} ${i}`))
    const { accepted, rejected } = await run.submit('payments', recordBatchOf(flood))
    assert.deepEqual([accepted, rejected], round === 0 ? [9, 21] : [0, 30])
    const known = await run.submit('payments', recordBatchOf([pay('c0 0'), pay('c0 8')]))
    assert.deepEqual([known.accepted, known.rejected], [2, 0])
    assert.equal((await run.request('offer', { card: 'c0 8', city: 'Bern' })).vector['n'], 2 + round)
    assert.equal((await run.request('offer', { card: 'x'.repeat(1000), city: 'Bern' })).vector['n'], 0)
    assert.deepEqual(
      reports.map(report => report.slice(0, message.length)),
      [message],
    )
    const letters = [...store.dead].filter(({ reason }) => reason === 'limit')
    assert.equal(letters.length, round === 0 ? 21 : 51)
    assert.match(letters[0].detail, /it has a new text, and keys and string features have as many as a run keeps: 10 \(RUN_STRINGS_MAX\)/)
    await run.stop()
    assert.equal(saved(store).size, room.texts)
    ;({ run, store, reports } = open(store.crash(0), room))
  }
  await run.stop()
})

test('a folder with more texts than the limit opens, and continues with those it has', async () => {
  const first = open()
  await first.run.submit('payments', recordBatchOf(Array.from({ length: 50 }, (_, i) => pay(`c${i}`))))
  await first.run.stop()
  const { run, reports } = open(first.store.crash(0), { texts: 10, bytes: 100 })
  assert.deepEqual(reports, [])
  assert.equal((await run.submit('payments', recordBatchOf([pay('c49'), pay('new')]))).accepted, 1)
  await run.stop()
  assert.ok([...new ModelStore(first.store.disk).decisions].flatMap(({ bytes }) => [...recordedDecisions(bytes)]).length >= 50)
})
