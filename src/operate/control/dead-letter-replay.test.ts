import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { random } from '../../base/random.ts'
import type { SourceIR } from '../../define/ir/ir.ts'
import type { StoredDeadLetter } from '../../log/dead-letters.ts'
import { deadLetterBatch, TargetSources } from './dead-letter-replay.ts'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { Strings } from '../../columns/strings.ts'
import { count, entity, features, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import { recordBatchOf, type RecordBatch } from '../../intake/record-batch.ts'
import { Log } from '../../log/log.ts'
import { Run } from '../../run/loop/run.ts'

const ir = { name: 'shop', sources: [{ name: 'sales' }, { name: 'visits' }] as SourceIR[] }
const chance = random(2105)
const pick = <T>(values: readonly T[]): T => values[Math.floor(chance() * values.length)]

const letter = (id: number): StoredDeadLetter => ({
  id,
  source: pick(['sales', 'visits', 'sale', undefined]),
  reason: 'schema',
  detail: 'd',
  place: 'p',
  at: 1,
  sequence: 0,
  raw: '{}',
  attempts: pick([0, 1, limits.DEAD_ATTEMPTS_MAX]),
  original: undefined,
})

test('a dead letter goes to its own source, or to the named one; --all leaves out those that are an error by name', () => {
  for (let round = 0; round < 4000; round++) {
    const named = pick([undefined, 'sales', 'visits'])
    const targets = new TargetSources(ir, named)
    const each = letter(round + 1)
    const { source = named, attempts } = each
    const target = attempts < limits.DEAD_ATTEMPTS_MAX ? ['sales', 'visits'].find(name => name === source) : undefined
    const result = targets.find(each)
    if (target === undefined) {
      assert.equal(typeof result, 'string')
      assert.throws(() => targets.require(each), { code: attempts === limits.DEAD_ATTEMPTS_MAX ? 'SPILL_LIMIT' : 'SPILL_INPUT' })
      continue
    }
    assert.deepEqual(result, { ...each, source: target })
    // By name, --source is for dead letters without one alone.
    if (each.source === undefined || named === undefined || named === each.source) assert.deepEqual(targets.require(each), result)
    else assert.throws(() => targets.require(each), { code: 'SPILL_INPUT', message: /^dead letter \d+ has the source '\w+', and --source/ })
  }
})

test('a pipeline without the named source is an error', () => {
  assert.throws(() => new TargetSources(ir, 'sale'), {
    code: 'SPILL_NOT_FOUND',
    message: /no source 'sale'; did you mean 'sales'/,
  })
})

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.int(), at: t.timestamp({ zone: 'Europe/Zurich' }) },
  key: 'card',
  time: 'at',
  id: 'id',
})
const baskets = source('baskets', {
  schema: { card, amount: t.int(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  map: (raw: { card: string; at: number; amounts: number[] }) => raw.amounts.map(amount => ({ card: raw.card, at: raw.at, amount })),
  mapVersion: '1',
})
const ids = source('ids', {
  schema: { id: t.string(), card, at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
  map: (raw: { of: string; id: string; at: number }) => ({ id: raw.id, card: raw.of, at: raw.at }),
  mapVersion: '1',
})
const groups = [payments, baskets, ids].map((from, i) =>
  features(`g${i}`, { from: from as typeof payments, entity: card, place: stream, values: () => ({ n: count('lifetime') }) }),
)
const seen = model('seen', {
  decide: on(payments),
  inputs: p => ({ a: groups[0].of(p.card).n, b: groups[1].of(p.card).n, c: groups[2].of(p.card).n }),
  score: linear({ intercept: 0, weights: { a: 1 } }),
})
const shop = pipeline('shop', [seen])

const start = Date.parse('2026-01-01T00:00Z')
const pay = (id: string, amount: unknown) => ({ id, card: 'c', amount, at: start })

function open(disk?: Disk, hold = false) {
  const store = new ModelStore(disk, !hold)
  return { store, run: new Run(shop, { store, clock: () => start }) }
}

/** A run over some records, stopped. */
async function after(of: string, batch: RecordBatch): Promise<ModelStore> {
  const { store, run } = open()
  await run.submit(of, batch)
  await run.stop()
  return open(store.disk).store
}

/** Edits a dead letter and sends it again, in a run of its own. */
async function again(store: ModelStore, id: number, raw?: string) {
  const letter = store.letters.find(each => each.id === id)!
  if (raw !== undefined) await store.commit({ deadLetterChanges: [{ kind: 'edited', id, raw, form: letter.form }] })
  const { store: now, run } = open(store.disk)
  const receipt = await run.submit(letter.source!, deadLetterBatch(now.letters.find(each => each.id === id)!), undefined, id)
  await run.stop()
  return { receipt, store: open(now.disk).store }
}

const entries = (store: ModelStore): number => store.segments.reduce((sum, segment) => sum + segment.entries, 0)

test('a corrected dead letter becomes an event with its own arrival, is decided on, and is kept with its outcome', async () => {
  const first = await after('payments', recordBatchOf([pay('1', 1), pay('2', 'much'), pay('3', 3)]))
  const { receipt, store } = await again(first, 1, JSON.stringify(pay('2', 2)))
  assert.deepEqual(receipt, { accepted: 1, duplicates: 0, rejected: 0, sequence: 3 })
  assert.deepEqual([entries(store), store.dead.length, store.decisions.length], [3, 0, 2])
  const [{ original, raw, ...rest }] = store.letters
  assert.deepEqual(
    [original, raw],
    [pay('2', 'much'), pay('2', 2)].map(record => JSON.stringify(record)),
  )
  assert.equal('outcome' in rest && rest.outcome, 'accepted')
})

test('a dead letter that is rejected again stays, with one more attempt and the new reason; an edit resets it', async () => {
  const first = await after('payments', recordBatchOf([pay('2', 'much')]))
  const second = await again(first, 1)
  const third = await again(second.store, 1, '{"id":"2"}')
  assert.deepEqual(
    [second, third].map(({ receipt }) => [receipt.accepted, receipt.rejected]),
    [
      [0, 1],
      [0, 1],
    ],
  )
  const [letter] = third.store.dead
  assert.deepEqual([letter.attempts, letter.reason, letter.raw], [1, 'key', '{"id":"2"}'])
  assert.equal(second.store.dead[0].attempts, 1)
  assert.equal(entries(third.store), 0)
})

test('a dead letter whose event exists is a duplicate; a map that now gives no row leaves nothing', async () => {
  const first = await after('payments', recordBatchOf([pay('1', 1), pay('1', 9)]))
  assert.equal(first.dead[0].reason, 'conflict')
  const { receipt, store } = await again(first, 1, JSON.stringify(pay('1', 1)))
  assert.deepEqual([receipt.duplicates, entries(store)], [1, 1])
  assert.equal('outcome' in store.letters[0] && store.letters[0].outcome, 'duplicate')
  const basket = await after('baskets', recordBatchOf([{ card: 'c', at: start }]))
  assert.equal(basket.dead[0].reason, 'map')
  const empty = await again(basket, 1, JSON.stringify({ card: 'c', at: start, amounts: [] }))
  assert.equal('outcome' in empty.store.letters[0] && empty.store.letters[0].outcome, 'skipped')
})

test('of a record with several mapped rows, only the rejected row is replayed', async () => {
  const basket = (...amounts: unknown[]) => ({ card: 'c', at: start, amounts })
  const first = await after('baskets', recordBatchOf([basket(1, 'x', 3, 'y')]))
  assert.deepEqual(
    first.dead.map(({ form }) => form),
    [{ row: 1 }, { row: 3 }],
  )
  const { receipt, store } = await again(first, 1, JSON.stringify(basket(1, 2, 3, 4)))
  assert.deepEqual([receipt.accepted, entries(store), store.dead.length], [1, 3, 1])
  const fewer = await again(store, 2, JSON.stringify(basket(1)))
  assert.deepEqual([fewer.receipt.rejected, fewer.store.dead[0].form], [1, { row: 3 }])
  assert.match(fewer.store.dead[0].detail, /^map returns 1 rows now, and row 3 was rejected$/)
})

test('further rejected rows are dead letters of their own', async () => {
  const first = await after('baskets', recordBatchOf([{ card: 'c', at: start }]))
  const { receipt, store } = await again(first, 1, JSON.stringify({ card: 'c', at: start, amounts: ['x', 1, 'y'] }))
  assert.deepEqual([receipt.accepted, receipt.rejected, entries(store)], [1, 2, 1])
  assert.deepEqual(
    store.dead.map(({ id, attempts, form }) => [id, attempts, form]),
    [
      [1, 1, { row: 0 }],
      [2, 0, { row: 2 }],
    ],
  )
})

test('a conflict after a map is a row of the source, which needs no map', async () => {
  const record = (of: string) => ({ of, id: '1', at: start })
  const first = await after('ids', recordBatchOf([record('c'), { ...record('c'), at: start - 1 }]))
  assert.deepEqual([first.dead[0].form, first.dead[0].raw], [{ mapped: true }, `{"id":"1","card":"c","at":${start - 1}}`])
  const { receipt } = await again(first, 1, `{"id":"2","card":"c","at":${start - 1}}`)
  assert.equal(receipt.accepted, 1)
})

test('a row of a file without zones is read again in the zone of its column; a CSV row is requested as JSON', async () => {
  const origin = { placeOf: () => 'x row 1', text: false, tabular: true, zoneless: new Set(['at']) }
  const first = await after('payments', { ...recordBatchOf([{ ...pay('1', 'x'), more: 1 }]), origin })
  assert.deepEqual(first.dead[0].form, { tabular: true, zoneless: ['at'] })
  const { store } = await again(first, 1, JSON.stringify({ ...pay('1', 1), more: 1 }))
  await assert.rejects(again(store, 1), { code: 'SPILL_STORE', message: /no dead letter 1/ })
  assert.deepEqual(timesOf(store), [start - 3_600_000], 'midnight in Zurich is 23:00 UTC')
  const csv = await after('payments', { ...recordBatchOf([{ id: '1' }]), origin: { ...origin, text: true } })
  assert.deepEqual(csv.dead[0].form, { csv: true, zoneless: ['at'] })
  const rejected = await again(csv, 1)
  assert.match(rejected.store.dead[0].detail, /^a row of a CSV file, whose header is not kept with it; edit it/)
})

/** Fields of the stored events. */
function timesOf(store: ModelStore): number[] {
  const strings = new Strings()
  const log = new Log(store, { sources: shop.ir.sources, stringsOf: () => strings })
  return [...log.segments(0, log.end, { stringsOf: () => strings })].flatMap(({ sources }) =>
    sources.flatMap(({ block }) => [...block.time]),
  )
}

test('exactly once: a crash at any step leaves the dead letter or the event, never both and never neither', async () => {
  const first = await after('payments', recordBatchOf([pay('1', 1), pay('2', 'much'), pay('3', 'more')]))
  for (const id of [1, 2])
    await first.commit({ deadLetterChanges: [{ kind: 'edited', id, raw: JSON.stringify(pay(`${id + 1}`, id)), form: undefined }] })
  const { store, run } = open(first.disk, true)
  const sent = store.dead.map(letter => run.submit('payments', deadLetterBatch(letter), undefined, letter.id))
  while (store.waiting < 1) await new Promise(resolve => setImmediate(resolve))
  for (let kept = 0; kept <= store.waiting; kept++) {
    const left = new ModelStore(store.crash(kept))
    assert.equal(entries(left) + left.dead.length, 3, `${kept} commits kept`)
    assert.equal(left.letters.length, 2)
  }
  store.release()
  await Promise.all(sent)
  assert.deepEqual([entries(store), store.dead.length], [3, 0])
  await run.stop()
})

test('a dead letter that no longer exists fails the whole commit', async () => {
  const first = await after('payments', recordBatchOf([pay('2', 'much')]))
  const letter = { ...first.dead[0], raw: JSON.stringify(pay('2', 2)) }
  const { store, run } = open(first.disk)
  await run.submit('payments', deadLetterBatch(letter), undefined, 1)
  await assert.rejects(run.submit('payments', deadLetterBatch({ ...letter, raw: JSON.stringify(pay('9', 2)) }), undefined, 1), {
    code: 'SPILL_STORE',
  })
  assert.equal(entries(store), 1)
})
