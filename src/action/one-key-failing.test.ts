/** A key whose receiver fails, with more effects than memory holds: it delays only itself. No effect is lost, repeated or out of order. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bench, effect, failed } from '../../test/action/dispatching.ts'
import { ModelEffects } from '../../test/crash/model-effects.ts'
import { yieldToEventLoop, pause } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import type { EffectChange } from '../log/effects.ts'

const of = (key: string, from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => effect(from + i, key))
const dead = (number: number): EffectChange => ({ kind: 'dead', number, sent: 0, at: 0, why: 'x' })
type Bench = ReturnType<typeof bench>
const stored = ({ commits }: Bench, number: number) => new ModelEffects(commits).byNumber(number)!
const heldCount = ({ dispatcher }: Bench) => dispatcher.held.get('page')

/** Acknowledges what is under way until nothing is, and moves the clock as far as backoffs go. */
async function rest(one: Bench): Promise<void> {
  for (let at = 1; at < 100; at++) {
    while (one.underWay.size > 0 || !one.dispatcher.isIdle) {
      for (const id of one.underWay.keys()) await one.answer(id)
      await pause(0)
    }
    await one.moveTo(at * 1000)
  }
}

for (const [arrival, live] of [
  ['come live', true],
  ['are in the store at a start', false],
] as const)
  test(`another key has its turn at once behind more than are held of one that fails: they ${arrival}`, async () => {
    const many = 3 * limits.EFFECTS_READ_MAX
    const bad = of('bad', 1, many)
    const one = bench({ heldMax: 100, concurrency: 2, ...(!live && { stored: [{ effects: bad }] }) })
    one.dispatcher.start()
    if (live) one.add(...bad)
    assert.deepEqual(one.tried, ['id1#1'])
    await one.answer('id1', failed())
    while (!one.dispatcher.isIdle) await yieldToEventLoop()
    assert.deepEqual([heldCount(one), one.dispatcher.waiting], [1, many], 'of a key that waits its first')
    one.add(effect(many + 1, 'good'))
    assert.deepEqual(one.tried, ['id1#1', `id${many + 1}#1`])
    await one.answer(`id${many + 1}`)
    await one.dispatcher.stop()
    assert.equal(one.dispatcher.waiting, many)
  })

test('more keys wait than are held: so many are tried, and the next when one of them is dead', async () => {
  const one = bench({ heldMax: 3, concurrency: 1 })
  one.dispatcher.start()
  one.add(...[1, 2, 3, 4, 5].map(number => effect(number, `key ${number}`)))
  for (const id of ['id1', 'id2', 'id3']) await one.answer(id, failed())
  assert.deepEqual([heldCount(one), one.tried], [3, ['id1#1', 'id2#1', 'id3#1']])
  await one.moveTo(2000)
  await one.answer('id1', { kind: 'failed', why: 'gone', final: true })
  assert.deepEqual(one.tried.slice(3), ['id1#2', 'id2#2'])
  await one.answer('id2')
  assert.deepEqual(one.tried.slice(5), ['id3#2'])
  await one.answer('id3')
  await rest(one)
  assert.deepEqual(one.tried.slice(6), ['id4#1', 'id5#1'])
})

test('a dead one that is tried again is sent once: among what of its key is in the store, or held and then left there', async () => {
  for (const heldOfKeyMax of [1, 16]) {
    const one = bench({ heldOfKeyMax, stored: [{ effects: of('a', 1, 4) }, { effectChanges: [dead(3)] }] })
    one.dispatcher.start()
    await one.dispatcher.byHand([stored(one, 3)], [{ kind: 'again', number: 3 }])
    assert.equal(heldCount(one), heldOfKeyMax === 1 ? 1 : 4)
    await one.answer('id1', failed())
    assert.equal(heldCount(one), 1)
    one.add(effect(5, 'a'))
    await rest(one)
    assert.deepEqual(one.tried, ['id1#1', 'id1#2', 'id2#1', 'id3#1', 'id4#1', 'id5#1'])
    assert.equal(heldCount(one), 0)
  }
})

test('a dead one of before the start that is tried again is not read once more when there is no room for the next', async () => {
  const one = bench({ heldMax: 1, concurrency: 1, stored: [{ effects: [effect(1, 'a'), effect(2, 'b')] }, { effectChanges: [dead(2)] }] })
  one.dispatcher.start()
  await one.dispatcher.byHand([stored(one, 2)], [{ kind: 'again', number: 2 }])
  one.add(effect(3, 'c'))
  await one.answer('id1')
  await rest(one)
  assert.deepEqual(one.tried, ['id1#1', 'id2#1', 'id3#1'])
})

test('a manual retry is held without its body, and beyond the limit of bodies', async () => {
  const one = bench({ heldMax: 2, concurrency: 1, stored: [{ effects: of('a', 1, 9) }, { effectChanges: [2, 3, 4, 5].map(dead) }] })
  one.dispatcher.start()
  one.add(effect(10, 'a'))
  for (const number of [2, 3, 4, 5]) await one.dispatcher.byHand([stored(one, number)], [{ kind: 'again', number }])
  await rest(one)
  assert.deepEqual(one.tried.toSorted(), Array.from({ length: 10 }, (_, i) => `id${i + 1}#1`).sort())
  assert.equal(heldCount(one), 0)
})
