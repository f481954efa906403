/** Several operators at the dead letters of one run: each dead letter has one change at a time, and its event comes once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { yieldToEventLoop } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { random } from '../../base/random.ts'
import { Strings } from '../../columns/strings.ts'
import { count, entity, features, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { deadLetterVersion } from '../../log/dead-letters.ts'
import { Log } from '../../log/log.ts'
import { Run } from '../../run/loop/run.ts'
import { DeadLetterControl } from './dead-letter-control.ts'

const card = entity('card', t.string())
// Without an id, a record that is sent twice would be two events.
const visits = source('visits', { schema: { card, n: t.int(), at: t.timestamp() }, key: 'card', time: 'at' })
const byCard = features('by_card', { from: visits, entity: card, place: stream, values: () => ({ n: count('lifetime') }) })
const seen = model('seen', {
  decide: on(visits),
  inputs: v => ({ n: byCard.of(v.card).n }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})
const shop = pipeline('shop', [seen])
const start = Date.parse('2026-01-01T00:00Z')

const visit = (n: unknown): string => JSON.stringify({ card: 'c', n, at: start })

/** A run over a store, and the control of its dead letters. With `hold` commits wait until they are synced. */
function open(disk?: Disk, hold = false) {
  const store = new ModelStore(disk, !hold)
  const run = new Run(shop, { store, clock: () => start })
  const control = new DeadLetterControl({
    letters: { byId: id => store.letters.find(letter => letter.id === id) },
    commit: changes => run.settle([], changes),
    target: { pipeline: shop, run: () => Promise.resolve(run) },
    clock: () => start,
  })
  const version = (id: number): string => deadLetterVersion(store.letters.find(letter => letter.id === id)!)
  return { store, run, control, version }
}

/** A disk with this many dead letters. */
async function withLetters(letters: number): Promise<Disk> {
  const { store, run } = open()
  await run.submit('visits', recordBatchOf(Array.from({ length: letters }, (_, i) => JSON.parse(visit(`no ${i}`)) as unknown)))
  await run.stop()
  return store.disk
}

/** The field `n` of all events in a store. */
function eventsIn(store: ModelStore): number[] {
  const strings = new Strings()
  const log = new Log(store, { sources: shop.ir.sources, stringsOf: () => strings })
  return [...log.segments(0, log.end, { stringsOf: () => strings })].flatMap(({ sources }) =>
    sources.flatMap(({ block }) => [...block.columns['n'].values]),
  )
}

const code = (settled: PromiseSettledResult<unknown>): unknown =>
  settled.status === 'rejected' ? (settled.reason as { code: string }).code : 'done'

test('of two editors of one dead letter the second gets a conflict, and the first record stays', async () => {
  const { store, run, control, version } = open(await withLetters(1), true)
  const seenVersion = version(1)
  const edits = [1, 2].map(n => control.edit({ id: 1, version: seenVersion, raw: visit(n) }))
  edits[1].catch(() => {})
  await yieldToEventLoop()
  assert.equal(store.letters[0].raw, visit('no 0'), 'an edit is answered once it is durable, and not before')
  store.release()
  assert.deepEqual((await Promise.allSettled(edits)).map(code), ['done', 'SPILL_CONFLICT'])
  assert.deepEqual([store.letters[0].raw, store.letters[0].original], [visit(1), visit('no 0')])
  assert.deepEqual(await edits[0], { version: version(1) })
  await assert.rejects(control.edit({ id: 1, version: seenVersion, raw: visit(3) }), {
    code: 'SPILL_CONFLICT',
    message: `dead letter 1 has changed: its version is ${version(1)}, and the edit is of ${seenVersion}`,
  })
  await control.edit({ id: 1, version: version(1), set: { n: 3, more: true } })
  assert.equal(store.letters[0].raw, `{"card":"c","n":3,"at":${start},"more":true}`)
  const latest = () => deadLetterVersion(store.letters[0])
  await control.edit({ id: 1, version: latest(), rename: { n: 'count', more: '__proto__' } })
  assert.equal(store.letters[0].raw, `{"card":"c","count":3,"at":${start},"__proto__":true}`)
  for (const [rename, message] of [
    [{ n: 'm' }, "dead letter 1 has no field 'n' to rename"],
    [{ count: 'card' }, "dead letter 1 would have the field 'card' twice"],
  ] as const)
    await assert.rejects(control.edit({ id: 1, version: latest(), rename }), { code: 'SPILL_INPUT', message })
  await run.stop()
})

test('while a dead letter is replayed or dropped, another change of it is a conflict', async () => {
  const { store, run, control, version } = open(await withLetters(3), true)
  const versions = [1, 2, 3].map(version)
  const changes = [
    control.replay({ ids: [1, 2] }),
    control.replay({ ids: [2, 3] }),
    control.edit({ id: 1, version: versions[0], raw: visit(1) }),
    control.drop({ ids: [3, 2], why: 'x' }),
    control.drop({ ids: [3], why: 'y' }),
    control.edit({ id: 3, version: versions[2], raw: visit(3) }),
  ]
  const ended = Promise.allSettled(changes)
  await yieldToEventLoop()
  store.release()
  const conflict = 'SPILL_CONFLICT'
  assert.deepEqual((await ended).map(code), ['done', conflict, conflict, conflict, 'done', conflict])
  assert.deepEqual(await control.replay({ ids: [1, 3], omitUnsendable: true }).then(({ omitted }) => omitted), [
    { id: 3, reason: 'settled before (dropped)' },
  ])
  await run.stop()
})

test('a replay of the record before an edit is a conflict that submits nothing; the others are sent where it may be left out', async context => {
  const { store, run, control, version } = open(await withLetters(2))
  const submit = context.mock.method(run, 'submit')
  const seen = { 1: version(1), 2: version(2) }
  await control.edit({ id: 1, version: seen[1], raw: visit(7) })
  await assert.rejects(control.replay({ ids: [2, 1], versions: seen }), {
    code: 'SPILL_CONFLICT',
    message: `dead letter 1 has changed: its version is ${version(1)}, and the replay is of ${seen[1]}`,
  })
  assert.equal(submit.mock.callCount(), 0)
  const { letters, omitted } = await control.replay({ ids: [2, 1], versions: seen, omitUnsendable: true })
  assert.deepEqual(omitted, [{ id: 1, reason: 'edited since you read it; look at its record again' }])
  assert.deepEqual(
    letters.map(({ id, outcome }) => [id, outcome]),
    [[2, 'rejected']],
  )
  assert.deepEqual(eventsIn(store), [])
  await control.replay({ ids: [1], versions: { 1: version(1) } })
  assert.deepEqual(eventsIn(store), [7])
  await run.stop()
})

test('all named dead letters are sent, or none', async () => {
  const disk = await withLetters(2)
  const { store, run, control } = open(disk)
  await assert.rejects(control.replay({ ids: [1, 9] }), { code: 'SPILL_NOT_FOUND' })
  await assert.rejects(control.drop({ ids: [1, 9], why: 'x' }), { code: 'SPILL_NOT_FOUND' })
  await assert.rejects(control.replay({ ids: [1], fingerprint: 'other' }), {
    code: 'SPILL_PRECONDITION',
    message: /another version of pipeline 'shop'/,
  })
  await assert.rejects(control.replay({ ids: [1], source: 'visit' }), { code: 'SPILL_NOT_FOUND', message: /did you mean 'visits'/ })
  assert.deepEqual(
    store.letters.map(({ attempts }) => attempts),
    [0, 0],
  )
  await run.stop()
  await assert.rejects(control.replay({ ids: [1] }), { code: 'SPILL_STOPPED' })
  const none = new DeadLetterControl({ letters: { byId: () => undefined }, commit: async () => {}, clock: () => start })
  await assert.rejects(none.replay({ ids: [1] }), { code: 'SPILL_UNSUPPORTED' })
})

test('many large dead letters are sent in parts, and their outcomes come in order', async () => {
  const disk = await withLetters(12)
  const { store, run, control, version } = open(disk)
  for (let id = 1; id <= 12; id++) await control.edit({ id, version: version(id), set: { n: id, more: 'x'.repeat(900_000) } })
  let waiting = 0
  const submit = run.submit.bind(run)
  run.submit = (...args) => {
    assert.ok((waiting += 900_000) < limits.DEAD_LETTERS_SENT_BYTES + 2 * 900_000, 'few records wait at a time')
    return submit(...args).finally(() => (waiting -= 900_000))
  }
  const both = await Promise.all([control.replay({ ids: [12, 1, 2, 3, 4, 5] }), control.replay({ ids: [6, 7, 8, 9, 10, 11] })])
  assert.deepEqual(
    both.flatMap(({ letters }) => letters.map(({ id, outcome, attempts }) => [id, outcome, attempts])),
    [12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(id => [id, 'rejected', 1]),
    'a field that the source does not have',
  )
  assert.equal(store.dead.length, 12)
  await run.stop()
})

test('exactly once: whatever operators do at once, and wherever a crash comes', async () => {
  const disk = await withLetters(3)
  for (let seed = 1; seed <= 60; seed++) await operateAndCrash(seed, { commits: [...disk.commits], states: new Map() })
})

async function operateAndCrash(seed: number, disk: Disk): Promise<void> {
  const chance = random(seed)
  const below = (end: number): number => Math.floor(chance() * end)
  const { store, run, control, version } = open(disk, true)
  const some = (): number[] => [1, 2, 3].filter(() => chance() < 0.6)
  const acknowledged = new Map<number, { readonly raw: string; readonly isLast: boolean }>()
  const changes: Promise<unknown>[] = []
  for (let step = 0; step < 14; step++) {
    const id = 1 + below(3)
    const kind = below(8)
    if (kind < 4) {
      const raw = visit(chance() < 0.7 ? 100 + id : `no ${step}`)
      acknowledged.set(id, { raw, isLast: false })
      const edit = control.edit({ id, version: chance() < 0.9 ? version(id) : 'old', raw })
      // Only the newest edit of a dead letter is compared.
      changes.push(edit.then(() => acknowledged.get(id)!.raw === raw && acknowledged.set(id, { raw, isLast: true })))
    } else if (kind < 7) {
      const ids = some()
      if (ids.length > 0) changes.push(control.replay({ ids, omitUnsendable: chance() < 0.5 }))
    } else if (chance() < 0.3) changes.push(control.drop({ ids: [id], why: 'x' }))
    changes.at(-1)?.catch(() => {})
    for (let turn = below(4); turn > 0; turn--) await yieldToEventLoop()
    store.sync(below(store.waiting + 1))
    await yieldToEventLoop()
    check(new ModelStore(store.crash(below(store.waiting + 1))), acknowledged, `seed ${seed}, step ${step}`)
  }
  store.release()
  for (const settled of await Promise.allSettled(changes))
    assert.match(String(code(settled)), /^(done|SPILL_CONFLICT|SPILL_PRECONDITION)$/, `seed ${seed}`)
  check(store, acknowledged, `seed ${seed}`)
  await run.stop()
}

/** The events are those of accepted dead letters, each once; no dead letter, first record or acknowledged edit is lost. */
function check(left: ModelStore, acknowledged: ReadonlyMap<number, { raw: string; isLast: boolean }>, context: string): void {
  const accepted = left.letters.filter(letter => 'outcome' in letter && letter.outcome === 'accepted')
  assert.deepEqual(
    eventsIn(left).toSorted((a, b) => a - b),
    accepted.map(({ id }) => 100 + id),
    context,
  )
  assert.equal(left.letters.length, 3, context)
  for (const { id, raw, original } of left.letters) {
    assert.equal(original ?? raw, visit(`no ${id - 1}`), context)
    const edit = acknowledged.get(id)
    if (edit?.isLast) assert.equal(raw, edit.raw, `${context}: an acknowledged edit of ${id}`)
  }
}
