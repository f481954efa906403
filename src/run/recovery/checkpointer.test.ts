import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { limits } from '../../base/limits.ts'
import { random } from '../../base/random.ts'
import { Strings } from '../../columns/strings.ts'
import { count, entity, every, features, lag, linear, model, on, pipeline, scheduled, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { Checkpointer } from './checkpointer.ts'
import { CHECKPOINT_MANIFEST, readCheckpointManifest, restoreManifest } from './manifest.ts'
import { recordedDecisions } from '../decide/recorded-decision.ts'
import { Run } from '../loop/run.ts'

const card = entity('card', t.string())
const shop = entity('shop', t.int())
const payments = source('payments', {
  schema: { id: t.string(), card, shop, amount: t.int(), label: t.string(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
  dedupe: '20m',
})
const logins = source('logins', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const byCard = features('by_card', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ n: count('1h'), least: p.amount.min('2h'), label: p.label.last('1h'), sum: p.amount.sum('lifetime') }),
})
const byShop = features('by_shop', {
  from: payments,
  entity: shop,
  place: lag('7m'),
  values: p => ({ labels: p.label.countDistinct('1h') }),
})
const nightly = features('nightly', {
  from: logins,
  entity: card,
  place: scheduled('*/15 * * * *', { lasts: '2m' }),
  values: () => ({ n: count('3h') }),
})
const onPayment = model('on_payment', {
  decide: on(payments),
  inputs: p => ({ card: byCard.of(p.card), shop: byShop.of(p.shop).labels, logins: nightly.of(p.card).n }),
  score: linear({ intercept: 0, weights: { 'card.n': 1 } }),
})
const onTick = model('on_tick', {
  decide: every('5m', card, { live: '30m' }),
  inputs: ({ card: c }) => ({ card: byCard.of(c), logins: nightly.of(c).n }),
  score: linear({ intercept: 0, weights: { 'card.n': 1 } }),
})
const score = linear({ intercept: 0, weights: { n: 1 } })
const pay = pipeline('pay', [onPayment, onTick])

const start = Date.parse('2026-01-01T00:00Z')

/** One minute of a history: records of both sources, among them duplicates. */
function minuteOf(m: number): { payments: unknown[]; logins: unknown[] } {
  const next = random(m + 1)
  const pick = (n: number) => Math.floor(next() * n)
  const payment = (id: number) => {
    const of = random(id)
    const at = start + (Math.floor(id / 10) - Math.floor(of() * 9)) * 60_000
    const amount = Math.floor(of() * 100)
    return {
      id: `i${id}`,
      card: `c${Math.floor(of() * (3 + id / 40))}`,
      shop: Math.floor(of() * 5),
      amount,
      label: `l${Math.floor(of() * 20)}`,
      at,
    }
  }
  return {
    payments: Array.from({ length: pick(4) }, (_, i) => payment(Math.max(0, m - pick(2) * 3) * 10 + i)),
    logins: Array.from({ length: pick(3) }, () => ({ card: `c${pick(6)}`, at: start + (m - pick(3)) * 60_000 })),
  }
}

interface Driven {
  readonly store: ModelStore
  readonly run: Run
  readonly reports: string[]
  /** Entries that the start replayed. */
  readonly replayedEntries: number
  minute(m: number): Promise<void>
}

function open(disk?: Disk): Driven {
  const store = new ModelStore(disk, true)
  const reports: string[] = []
  let now = start
  let replayedEntries = 0
  const run = new Run(pay, {
    store,
    clock: () => now,
    onReport: report => reports.push(report),
    onProgress: (_, of) => (replayedEntries = of),
  })
  const minute = async (m: number) => {
    now = start + m * 60_000
    run.tick()
    await new Promise(resolve => setImmediate(resolve))
    const { payments: some, logins: others } = minuteOf(m)
    await run.submit('payments', recordBatchOf(some))
    await run.submit('logins', recordBatchOf(others))
  }
  return { store, run, reports, replayedEntries, minute }
}

const decisionsOf = ({ store }: Driven): unknown[] => store.decisions.flatMap(({ bytes }) => [...recordedDecisions(bytes)])

async function settle(run: Run, turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) {
    run.tick()
    await new Promise(resolve => setImmediate(resolve))
  }
}

test('a run that crashes during checkpoints, again and again, decides as one that never did', async () => {
  const minutes = 200
  const whole = open()
  let part = open()
  const next = random(7)
  let least = Infinity
  for (let m = 0; m < minutes; m++) {
    await whole.minute(m)
    await part.minute(m)
    if (next() < 0.3) part.run.checkpoint()
    if (next() < 0.5) await settle(part.run, Math.floor(next() * 12))
    if (next() < 0.2) {
      part = open(part.store.crash(0))
      assert.deepEqual(part.reports, [])
      if (m > minutes / 2) least = Math.min(least, part.replayedEntries)
    }
  }
  await settle(whole.run, 3)
  await settle(part.run, 3)
  assert.ok(decisionsOf(whole).length > 400)
  assert.deepEqual(decisionsOf(part), decisionsOf(whole))
  assert.ok(least < whole.run.end / 2, `a start took at least ${least} of ${whole.run.end} entries`)
})

test('lost or damaged state is reported and made again', async () => {
  const first = open()
  for (let m = 0; m < 60; m++) await first.minute(m)
  await first.run.stop()
  const { commits, states } = first.store.disk
  assert.ok(states.size >= 4, [...states.keys()].join())
  const whole = open({ commits: [...commits], states: new Map(states) })
  assert.deepEqual(whole.reports, [])
  for (let m = 60; m < 90; m++) await whole.minute(m)
  await settle(whole.run, 3)
  for (const name of states.keys()) {
    const damaged = states.get(name)!.slice()
    damaged[damaged.length >> 1] = damaged[damaged.length >> 1] ^ 4
    for (const bytes of [undefined, new Uint8Array(0), damaged]) {
      const rest = new Map(states)
      if (bytes) rest.set(name, bytes)
      else rest.delete(name)
      const again = open({ commits: [...commits], states: rest })
      assert.equal(again.reports.length, 1, again.reports.join('; '))
      assert.match(again.reports[0], new RegExp(`${name}.* is missing or damaged`))
      for (let m = 60; m < 90; m++) await again.minute(m)
      await settle(again.run, 3)
      assert.deepEqual(decisionsOf(again), decisionsOf(whole))
    }
  }
})

test('a group whose last event is inside a segment continues after it', async () => {
  const onPayments = model('on_payments', { decide: on(payments), inputs: p => ({ n: byCard.of(p.card).n }), score })
  const onLogins = model('on_logins', { decide: on(logins), inputs: l => ({ n: byCard.of(l.card).n }), score })
  const cards = pipeline('cards', [onPayments, onLogins])
  const store = new ModelStore(undefined, true)
  const begin = (disk: Disk) => new Run(cards, { store: new ModelStore(disk, true), clock: () => start })
  let { disk } = store
  for (let i = 0; i < 3; i++) {
    const run = begin(disk)
    const payment = { id: `i${i}`, card: 'c', shop: 1, amount: 1, label: 'l', at: start }
    // In one turn, so that the last entry of the segment is no event of the group.
    await Promise.all([run.submit('payments', recordBatchOf([payment])), run.submit('logins', recordBatchOf([{ card: 'c', at: start }]))])
    await run.stop()
    disk = { commits: disk.commits, states: disk.states }
  }
  const decisions = new ModelStore(disk).decisions.flatMap(({ bytes }) => [...recordedDecisions(bytes)])
  assert.deepEqual(
    decisions.map(({ vector }) => vector['n']),
    [1, 1, 2, 2, 3, 3],
  )
})

test('a file name is used once, whichever process saves at the same end of the log, and texts are saved once', async () => {
  const first = open()
  for (let m = 0; m < 20; m++) await first.minute(m)
  await first.run.stop()
  const namesOf = ({ disk }: ModelStore) => [...disk.states.keys()].filter(name => name.startsWith('group'))
  const textFiles = ({ store }: Driven) => readCheckpointManifest(store)!.strings.map(({ name }) => name)
  const before = namesOf(first.store)
  const again = open(first.store.crash(0))
  await again.run.stop()
  assert.deepEqual([textFiles(again), textFiles(first).length], [textFiles(first), 1])
  const after = namesOf(again.store)
  assert.equal(after.length, before.length)
  assert.deepEqual(
    after.filter(name => before.includes(name)),
    [],
  )
  assert.deepEqual(open(again.store.crash(0)).reports, [])
})

test('a checkpoint that cannot be written is reported and leaves the last one', async () => {
  const first = open()
  for (let m = 0; m < 20; m++) await first.minute(m)
  assert.deepEqual([first.run.checkpoint(), first.run.checkpoint()], [true, false], 'one at a time')
  await settle(first.run, 12)
  assert.equal(first.run.checkpoint(), false, 'nothing has come since')
  const saved = restoreManifest(first.store, new Strings(), report => assert.fail(report))
  const create = first.store.createState.bind(first.store)
  const discarded: string[] = []
  first.store.createState = name => ({
    ...create(name),
    append: () => Promise.reject(new Error('no room')),
    discard: () => Promise.resolve(void discarded.push(name)),
  })
  for (let m = 20; m < 25; m++) await first.minute(m)
  first.run.checkpoint()
  await settle(first.run, 12)
  assert.deepEqual(first.reports, ['state could not be saved: no room'])
  assert.equal(discarded.length, 1)
  assert.deepEqual(
    restoreManifest(first.store, new Strings(), report => assert.fail(report)),
    saved,
  )
  first.store.createState = create
  first.run.checkpoint()
  await settle(first.run, 12)
  await first.run.stop()
  assert.equal(restoreManifest(first.store, new Strings(), report => assert.fail(report))!.round, saved!.round + 2)
})

test('many strings are saved over several turns, and new ones in the next checkpoint', async () => {
  const store = new ModelStore(undefined, true)
  const strings = new Strings()
  for (let i = 0; i < limits.STRINGS_AT_ONCE * 2 + 3; i++) strings.idOf(`first ${i}`)
  const checkpointer = new Checkpointer({
    store,
    groups: [],
    strings,
    restored: { files: [], count: 0 },
    otherFiles: () => [],
    commit: text => store.commit({ put: [[CHECKPOINT_MANIFEST, text]] }),
    onError: error => assert.fail(error as Error),
  })
  const round = async (entry: number) => {
    checkpointer.begin(entry)
    checkpointer.saveNext()
    strings.idOf(`meanwhile ${entry}`)
    while (!checkpointer.isIdle) await new Promise(resolve => setImmediate(resolve))
    const again = new Strings()
    assert.ok(restoreManifest(store, again, report => assert.fail(report)))
    return again
  }
  const before = strings.size
  const first = await round(1)
  assert.equal(first.size, before)
  const second = await round(2)
  assert.equal(second.size, before + 1)
  assert.deepEqual(
    Array.from({ length: before + 1 }, (_, id) => second.textOf(id)),
    Array.from({ length: before + 1 }, (_, id) => strings.textOf(id)),
  )
})

test('keys that arrive while a checkpoint saves other groups do not invalidate its state', async () => {
  const byAmount = features('by_amount', { from: payments, entity: shop, place: stream, values: () => ({ n: count('lifetime') }) })
  const onBoth = model('on_both', {
    decide: on(payments),
    inputs: p => ({ card: byCard.of(p.card).n, n: byAmount.of(p.shop).n }),
    score,
  })
  const both = pipeline('both', [onBoth])
  const reports: string[] = []
  const begin = (disk?: Disk) =>
    new Run(both, { store: new ModelStore(disk, true), clock: () => start, onReport: report => reports.push(report) })
  const store = new ModelStore(undefined, true)
  const run = new Run(both, { store, clock: () => start })
  const submit = (i: number) =>
    run.submit('payments', recordBatchOf([{ id: `i${i}`, card: `c${i}`, shop: i, amount: 1, label: 'l', at: start }]))
  for (let i = 0; i < 10; i++) await submit(i)
  run.checkpoint()
  for (let i = 10; readCheckpointManifest(store) === undefined; i++) {
    assert.ok(i < 100, 'the round ends')
    await submit(i)
    await settle(run, 1)
  }
  const again = begin(store.crash(0))
  assert.deepEqual(reports, [])
  await settle(again, 3)
})
