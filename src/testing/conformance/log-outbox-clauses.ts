/** Clauses of `LogStore` about effects and dead letters: their states, and the changes between them. */
import assert from 'node:assert/strict'
import type { DeadLetterChange, EffectChange, EffectState } from '../../log/index.ts'
import type { ContractClause } from './clauses.ts'
import {
  inStore,
  logClause,
  placeClause,
  storeClause,
  storeErrorOf,
  type LogStoreHarness,
  plain,
  sampleDeadLetter,
  sampleEffect,
  sampleSegment,
} from './log-store-harness.ts'

const tried = (number: number, sent: number): EffectChange => ({ kind: 'tried', number, sent, next: sent + 50, why: `failed at ${sent}` })
const delivered = (number: number, sent: number): EffectChange => ({ kind: 'delivered', number, sent, at: sent + 1 })
const dead = (number: number, sent: number): EffectChange => ({ kind: 'dead', number, sent, at: sent + 1, why: 'gave up' })
const again = (number: number): EffectChange => ({ kind: 'again', number })
const dropped = (number: number, at: number): EffectChange => ({ kind: 'dropped', number, at, why: 'by hand' })

/** Changes of an effect, each in a commit, and the fields that the effect then has. */
const histories: readonly (readonly [changes: readonly EffectChange[], expected: Readonly<Record<string, unknown>>])[] = [
  [[], { state: 'pending', attempts: 0 }],
  [[tried(1, 10)], { state: 'pending', attempts: 1, next: 60, why: 'failed at 10', began: 10, sent: 10 }],
  [[tried(1, 10), tried(1, 20)], { state: 'pending', attempts: 2, next: 70, why: 'failed at 20', began: 10, sent: 20 }],
  [[delivered(1, 10)], { state: 'delivered', attempts: 1, began: 10, sent: 10, settled: 11 }],
  [[tried(1, 10), delivered(1, 20)], { state: 'delivered', attempts: 2, began: 10, sent: 20, settled: 21 }],
  [[tried(1, 10), dead(1, 20)], { state: 'dead', attempts: 2, began: 10, sent: 20, settled: 21, why: 'gave up' }],
  [[dead(1, 10), again(1)], { state: 'pending', attempts: 0, began: 10, sent: 10, why: 'gave up' }],
  [[dead(1, 10), again(1), tried(1, 30)], { state: 'pending', attempts: 1, next: 80, began: 10, sent: 30, why: 'failed at 30' }],
  [[dead(1, 10), dropped(1, 40)], { state: 'dropped', attempts: 1, began: 10, sent: 10, settled: 40, why: 'by hand' }],
]

const toState: Readonly<Record<EffectState, readonly EffectChange[]>> = {
  pending: [],
  delivered: [delivered(1, 10)],
  dead: [dead(1, 10)],
  dropped: [dead(1, 10), dropped(1, 20)],
  dry: [],
}

/** Changes that an effect in this state does not allow. */
const impossible: readonly (readonly [state: EffectState, change: EffectChange])[] = [
  ['pending', again(1)],
  ['pending', dropped(1, 1)],
  ['pending', delivered(2, 1)],
  ['delivered', tried(1, 1)],
  ['delivered', again(1)],
  ['dead', delivered(1, 1)],
  ['dropped', again(1)],
  ['dry', delivered(1, 1)],
]

const numbers = (effects: readonly { readonly number: number }[]): number[] => effects.map(({ number }) => number)

/** The clauses about effects and dead letters. */
export const outboxClauses: readonly ContractClause<LogStoreHarness>[] = [
  storeClause('a new effect is pending, or dry, with all its fields', async store => {
    const dry = sampleEffect(2, { isDry: true, due: 9000, action: 'block' })
    await store.commit({ effects: [sampleEffect(1), dry] })
    const expected = (effect: object, state: string) => {
      const { isDry: _, ...fields } = effect as { isDry: boolean }
      return plain({ ...fields, state, attempts: 0 })
    }
    assert.deepEqual(plain(store.effects.byNumber(1)), expected(sampleEffect(1), 'pending'))
    assert.deepEqual(plain(store.effects.byNumber(2)), expected(dry, 'dry'))
    assert.deepEqual([store.effects.lastNumber(), store.effects.byNumber(3)], [2, undefined])
  }),
  storeClause('changes move an effect through its states', async store => {
    await store.commit({ effects: histories.map((_, i) => sampleEffect(i + 1)) })
    for (const [i, [changes, expected]] of histories.entries()) {
      for (const change of changes) await store.commit({ effectChanges: [{ ...change, number: i + 1 }] })
      const { isDry: _, ...fields } = sampleEffect(i + 1)
      const history = ['pending', ...changes.map(({ kind }) => kind)].join(', ')
      assert.deepEqual(plain(store.effects.byNumber(i + 1)), plain({ ...fields, ...expected }), `the effect differs after: ${history}`)
    }
  }),
  logClause('a change that the state of an effect does not allow fails its commit', async harness => {
    for (const [state, change] of impossible)
      await inStore(await harness.create(), async store => {
        await store.commit({ effects: [sampleEffect(1, { isDry: state === 'dry' })] })
        for (const step of toState[state]) await store.commit({ effectChanges: [step] })
        await storeErrorOf(store.commit({ effectChanges: [change] }), `the change '${change.kind}' of an effect that is ${state}`)
      })
  }),
  storeClause('pending effects are listed in order, by action and by key, after a number and up to a limit', async store => {
    const effects = [1, 2, 3, 4, 5, 6, 7].map(number =>
      sampleEffect(number, {
        action: number === 3 ? 'block' : 'page',
        key: number % 2 === 0 ? '"even"' : '"odd"',
        isDry: number === 7,
      }),
    )
    await store.commit({ effects })
    await store.commit({ effectChanges: [delivered(2, 1), tried(4, 1)] })
    const { effects: log } = store
    assert.deepEqual(numbers(log.pending('page', 0, 10)), [1, 4, 5, 6], 'pending effects of an action')
    assert.deepEqual(numbers(log.pending('page', 1, 2)), [4, 5], 'pending effects after number 1, at most 2')
    assert.deepEqual(numbers(log.pending('other', 0, 10)), [], 'pending effects of an action without any')
    assert.deepEqual(numbers(log.pendingOfKey('page', '"even"', 0, 6, 10)), [4, 6], 'pending effects of a key')
    assert.deepEqual(numbers(log.pendingOfKey('page', '"even"', 4, 6, 10)), [6], 'pending effects of a key after number 4')
    assert.deepEqual(numbers(log.pendingOfKey('page', '"even"', 0, 5, 10)), [4], 'pending effects of a key up to number 5')
    assert.deepEqual(numbers(log.pendingOfKey('page', '"even"', 0, 6, 1)), [4], 'pending effects of a key, at most 1')
    assert.deepEqual(
      plain(log.pendingCounts()),
      new Map([
        ['block', 1],
        ['page', 4],
      ]),
      'counts of pending effects',
    )
    const newest = new Map([
      ['"even"', 6000],
      ['"odd"', 7000],
    ])
    assert.deepEqual(plain(log.newestTimes('page', 0)), newest, 'times of the newest effect of each key, in every state')
    assert.deepEqual(plain(log.newestTimes('page', 7000)), new Map([['"odd"', 7000]]), 'times of the newest effects since 7000')
  }),
  placeClause('the number of a forgotten effect is not used again: lastNumber stays', async place => {
    await inStore(place, async store => {
      await store.commit({ segment: sampleSegment(0, 1), effects: [sampleEffect(1, { entry: 0 }), sampleEffect(2, { entry: 0 })] })
      await store.commit({ segment: sampleSegment(1, 1), effectChanges: [delivered(1, 1), delivered(2, 1)] })
      await store.commit({ forget: 1 })
      assert.deepEqual([store.effects.byNumber(2), store.effects.lastNumber()], [undefined, 2])
    })
    await inStore(place, store => assert.equal(store.effects.lastNumber(), 2, 'lastNumber differs after opening again'))
  }),
  storeClause('dead letters are numbered from 1 in the order of commits, with their text or bytes as they were', async store => {
    const bytes = Uint8Array.of(0xff, 0, 0x0a)
    const letters = [
      sampleDeadLetter('text, ü'),
      sampleDeadLetter(bytes, { source: undefined, reason: 'key' }),
      sampleDeadLetter('a,b', { form: { tabular: true, row: 2 } }),
    ]
    await store.commit({ deadLetters: letters.slice(0, 2) })
    await store.commit({ deadLetters: letters.slice(2) })
    const expected = letters.map((letter, i) => plain({ ...letter, id: i + 1, attempts: 0 }))
    assert.deepEqual(plain([...store.deadLetters.dead()]), expected)
    assert.deepEqual(plain(store.deadLetters.byId(2)), expected[1])
    assert.equal(store.deadLetters.byId(4), undefined)
  }),
  storeClause('an edit keeps the first bytes, a rejection counts an attempt, a settled dead letter has its outcome', async store => {
    const change = (...deadLetterChanges: DeadLetterChange[]) => store.commit({ deadLetterChanges })
    await store.commit({ deadLetters: [sampleDeadLetter('one', { source: undefined }), sampleDeadLetter('two')] })
    await change({ kind: 'rejected', id: 1, source: 'cards', reason: 'time', detail: 'late', raw: 'one', form: undefined })
    const first = { ...sampleDeadLetter('one'), id: 1, source: 'cards', reason: 'time', detail: 'late', attempts: 1 }
    assert.deepEqual(plain(store.deadLetters.byId(1)), plain(first), 'a rejection of the same bytes')
    await change({ kind: 'edited', id: 1, raw: 'uno', form: { mapped: true } })
    const edited = { ...first, raw: 'uno', original: 'one', form: { mapped: true }, attempts: 0 }
    assert.deepEqual(plain(store.deadLetters.byId(1)), plain(edited), 'an edit')
    await change({ kind: 'edited', id: 1, raw: 'un', form: undefined })
    await change(
      { kind: 'settled', id: 1, outcome: 'accepted', at: 99 },
      { kind: 'settled', id: 2, outcome: 'dropped', why: 'a test', at: 100 },
    )
    await store.commit({ deadLetters: [sampleDeadLetter('three')] })
    const { form: _, ...text } = edited
    const settled = [
      { ...text, raw: 'un', outcome: 'accepted', settled: 99 },
      { ...sampleDeadLetter('two'), id: 2, attempts: 0, outcome: 'dropped', why: 'a test', settled: 100 },
    ]
    assert.deepEqual(plain([...store.deadLetters.settled()]), plain(settled), 'settled dead letters')
    assert.deepEqual(plain(store.deadLetters.byId(2)), plain(settled[1]), 'a settled dead letter by its number')
    const ids = [...store.deadLetters.dead()].map(({ id }) => id)
    assert.deepEqual(ids, [3], 'numbers of dead letters that are not settled: a number is never used again')
  }),
  logClause('a change of a dead letter that is missing or settled fails its commit', async harness => {
    const changes: readonly DeadLetterChange[] = [
      { kind: 'edited', id: 1, raw: 'x', form: undefined },
      { kind: 'settled', id: 1, outcome: 'dropped', at: 2 },
      { kind: 'rejected', id: 2, reason: 'time', detail: 'd', raw: 'x', form: undefined },
    ]
    for (const change of changes)
      await inStore(await harness.create(), async store => {
        await store.commit({ deadLetters: [sampleDeadLetter('one')] })
        await store.commit({ deadLetterChanges: [{ kind: 'settled', id: 1, outcome: 'accepted', at: 1 }] })
        await storeErrorOf(store.commit({ deadLetterChanges: [change] }), `the change '${change.kind}' of dead letter ${change.id}`)
      })
  }),
]
