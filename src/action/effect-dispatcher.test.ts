import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { bench, effect, failed } from '../../test/action/dispatching.ts'
import { growingEffects, ModelEffects } from '../../test/crash/model-effects.ts'
import { pause } from '../base/clock.ts'
import type { EffectLog } from '../log/effects.ts'
import type { Commit } from '../log/store.ts'
import { longestBackoffMs } from './retry-delay.ts'

test('effects of one key go one after the other, those of others beside them, as many as the destination takes', async () => {
  const { dispatcher, add, tried, answer, state } = bench()
  dispatcher.start()
  add(effect(1, 'a'), effect(2, 'a'), effect(3, 'b'), effect(4, 'c'))
  assert.deepEqual(tried, ['id1#1', 'id3#1'])
  await answer('id1')
  assert.deepEqual(tried.slice(2), ['id4#1'], 'c waited longer than the second of a')
  await answer('id3')
  await answer('id4')
  await answer('id2')
  assert.deepEqual(
    state(),
    [1, 2, 3, 4].map(number => [number, 'delivered', 1]),
  )
  assert.ok(dispatcher.isIdle)
})

test('one that fails is tried again later and then dead; it holds up its own key and no other', async () => {
  const { dispatcher, add, tried, answer, moveTo, state, commits } = bench()
  dispatcher.start()
  add(effect(1, 'a'), effect(2, 'a'), effect(3, 'b'))
  await answer('id3')
  await answer('id1', failed())
  assert.deepEqual(tried, ['id1#1', 'id3#1'])
  assert.ok(dispatcher.isIdle, 'nothing can be done before its time')
  const first = new ModelEffects(commits).all.find(({ number }) => number === 1)!
  assert.ok(first.next! >= 800 && first.next! <= 1200 && first.why === 'status 500')
  await moveTo(1200)
  await answer('id1', { kind: 'failed', why: 'busy', retryAfterMs: 60_000 })
  await moveTo(60_000)
  assert.deepEqual(tried.slice(2), ['id1#2'])
  await moveTo(1200 + 72_000)
  await answer('id1', failed('reset'))
  assert.deepEqual(tried.slice(3), ['id1#3', 'id2#1'], 'a dead effect lets its key go')
  await answer('id2', { kind: 'failed', why: 'gone', final: true })
  assert.deepEqual(state(), [
    [1, 'dead', 3],
    [2, 'dead', 1],
    [3, 'delivered', 1],
  ])
})

test('a dead one is tried again by hand, under its key and from the first try on, and one at a time', async () => {
  const { dispatcher, add, tried, answer, state, commits } = bench()
  dispatcher.start()
  add(effect(1, 'a'), effect(2, 'b'))
  await answer('id1', { kind: 'failed', why: 'gone', final: true })
  await answer('id2', { kind: 'failed', why: 'gone', final: true })
  const stored = (number: number) => new ModelEffects(commits).all.find(one => one.number === number)!
  const first = stored(1)
  const again = dispatcher.byHand([first], [{ kind: 'again', number: 1 }])
  await assert.rejects(dispatcher.byHand([first], [{ kind: 'again', number: 1 }]), {
    code: 'SPILL_CONFLICT',
    message: /^effect 1 is being changed/,
  })
  await again
  add(effect(3, 'a'))
  assert.deepEqual(tried.slice(2), ['id1#1'], 'the next of its key waits')
  await answer('id1', failed())
  await assert.rejects(dispatcher.byHand([stored(1)], [{ kind: 'dropped', number: 1, at: 0, why: 'x' }]), {
    message: /^effect 1 is pending/,
  })
  await dispatcher.byHand([stored(2)], [{ kind: 'dropped', number: 2, at: 0, why: 'x' }])
  while (!dispatcher.isIdle) await pause(0)
  assert.deepEqual(state(), [
    [1, 'pending', 1],
    [2, 'dropped', 1],
    [3, 'pending', 0],
  ])
})

test('one that is behind what fits into memory is tried once, in its turn', async () => {
  const commits: Commit[] = [
    { effects: [effect(1, 'a'), effect(2, 'b'), effect(3, 'c')] },
    { effectChanges: [{ kind: 'dead', number: 3, sent: 0, at: 0, why: 'x' }] },
  ]
  const store = () => new ModelEffects(commits)
  const { dispatcher, tried, answer } = bench({
    heldMax: 1,
    effects: growingEffects(() => commits),
    settle: settled => Promise.resolve(void commits.push({ effectChanges: settled })),
  })
  dispatcher.start()
  await dispatcher.byHand([store().all[2]], [{ kind: 'again', number: 3 }])
  assert.deepEqual(tried, ['id1#1'])
  for (const id of ['id1', 'id2', 'id3']) await answer(id)
  assert.deepEqual(tried, ['id1#1', 'id2#1', 'id3#1'])
})

test('an effect read from the store during a manual change is tried once, whether its turn comes before or after', async () => {
  const all = [1, 2, 3, 4, 5, 6]
  for (const before of [2, 6]) {
    const dead = { kind: 'dead' as const, number: 5, sent: 0, at: 0, why: 'x' }
    const commits: Commit[] = [{ effects: all.map(number => effect(number, `${number}`)) }, { effectChanges: [dead] }]
    const store = () => new ModelEffects(commits)
    const called = Promise.withResolvers<void>()
    const { dispatcher, tried, answer, underWay } = bench({
      heldMax: 4,
      concurrency: 1,
      effects: growingEffects(() => commits),
      settle: settled => {
        commits.push({ effectChanges: settled })
        return settled[0].kind === 'again' ? called.promise : Promise.resolve()
      },
    })
    dispatcher.start()
    const again = dispatcher.byHand([store().all[4]], [{ kind: 'again', number: 5 }])
    for (const number of all.slice(0, before)) if (underWay.has(`id${number}`)) await answer(`id${number}`)
    called.resolve()
    await again
    for (; underWay.size > 0 || !dispatcher.isIdle; await pause(0)) for (const id of underWay.keys()) await answer(id)
    const once = all.map(number => [`id${number}#1`, 'delivered'])
    assert.deepEqual(
      [...tried.toSorted().entries()].map(([i, id]) => [id, store().all[i]?.state]),
      once,
    )
  }
})

test('a destination that is down delays no other', async () => {
  const { dispatcher, add, tried } = bench({ concurrency: 1, actions: ['page', 'block'] })
  dispatcher.start()
  add(effect(1, 'a'), effect(2, 'b'), effect(3, 'a', 'block'), { ...effect(4, 'z', 'block'), isDry: true })
  assert.deepEqual(tried, ['id1#1', 'id3#1'])
})

test('a start continues pending effects: after their attempts, not before their time', async () => {
  const settled = [{ kind: 'tried' as const, number: 1, sent: 0, next: 500, why: 'x' }]
  const effects = new ModelEffects([{ effects: [effect(1, 'a'), effect(2, 'b'), effect(3, 'a')] }, { effectChanges: settled }])
  const { dispatcher, tried, moveTo } = bench({ effects, settle: () => Promise.resolve() })
  dispatcher.start()
  assert.deepEqual(tried, ['id2#1'])
  await moveTo(500)
  assert.deepEqual(tried, ['id2#1', 'id1#2'])
})

test('stopping waits for what is under way and records it; nothing more is begun, and what is left is pending', async () => {
  const { dispatcher, add, tried, answer, state } = bench({ concurrency: 1 })
  dispatcher.start()
  add(effect(1, 'a'), effect(2, 'b'))
  let isStopped = false
  const stopped = dispatcher.stop().then(() => (isStopped = true))
  await pause(0)
  assert.equal(isStopped, false)
  await answer('id1')
  await stopped
  assert.deepEqual(state(), [
    [1, 'delivered', 1],
    [2, 'pending', 0],
  ])
  assert.equal(tried.length, 1)
})

test('once the run has failed, nothing more is recorded, and stopping does not hang', async () => {
  const { dispatcher, add, answer } = bench({ settle: () => Promise.reject(new Error('the disk is full')) })
  dispatcher.start()
  add(effect(1, 'a'), effect(2, 'b'))
  await answer('id1')
  void dispatcher.stop()
  await answer('id2')
  await dispatcher.stop()
})

/** However few are held in memory, and whatever fails: each effect is settled once, and those of a key in order. */
test('every effect is delivered or dead at the end, in the order of its key', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), fails: fc.nat(4) }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 3 }),
      async (steps, heldMax, concurrency) => {
        const commits: Commit[] = []
        const settle = (settled: NonNullable<Commit['effectChanges']>) => {
          commits.push({ effectChanges: settled })
          return Promise.resolve(void new ModelEffects(commits))
        }
        const { dispatcher, underWay, answer, moveTo } = bench({ heldMax, concurrency, effects: growingEffects(() => commits), settle })
        dispatcher.start()
        for (let i = 0; i < steps.length; i += 3) {
          const some = steps.slice(i, i + 3).map(({ key }, j) => effect(i + j + 1, key))
          commits.push({ effects: some })
          dispatcher.enqueue(some)
          if (i % 2 === 0) for (const id of underWay.keys()) await answer(id)
        }
        for (let round = 1; round < 400 && new ModelEffects(commits).pendingCounts().size > 0; round++) {
          for (const [id, { delivery }] of underWay) {
            const { fails } = steps[Number(id.slice(2)) - 1]
            await answer(id, delivery.attempt <= fails ? failed() : undefined)
          }
          await moveTo(round * 1000)
        }
        await dispatcher.stop()
        const all = new ModelEffects(commits).all
        assert.ok(all.every(({ state }) => state === 'delivered' || state === 'dead'))
        for (const key of ['a', 'b', 'c', 'd']) {
          const settledAt = all.filter(one => one.key === key).map(({ settled }) => settled!)
          assert.deepEqual(
            settledAt,
            settledAt.toSorted((x, y) => x - y),
          )
        }
        assert.equal(
          [...dispatcher.held.values()].reduce((sum, held) => sum + held, 0),
          0,
        )
      },
    ),
    { numRuns: 60 },
  )
})

test('an attempt is put off by at most the longest delay, although the clock was set back since it was planned', async () => {
  const planned = { kind: 'tried', number: 1, sent: 0, next: 30 * 86_400_000, why: 'busy' } as const
  const { dispatcher, tried, moveTo } = bench({ stored: [{ effects: [effect(1, 'a')] }, { effectChanges: [planned] }] })
  dispatcher.start()
  await moveTo(longestBackoffMs - 1)
  assert.deepEqual(tried, [])
  await moveTo(longestBackoffMs)
  assert.deepEqual(tried, ['id1#2'])
})

test('an error of a listener is passed on, and later outcomes are recorded', async () => {
  const failures: unknown[] = []
  const broken = new Error('no listener')
  let calls = 0
  const onSettled = () => void (++calls === 1 && assert.fail(broken))
  const { dispatcher, add, answer, state } = bench({ onSettled, onFailure: error => failures.push(error) })
  dispatcher.start()
  add(effect(1, 'a'), effect(2, 'b'))
  await answer('id1')
  await answer('id2')
  assert.deepEqual(failures, [broken])
  assert.deepEqual(state(), [
    [1, 'delivered', 1],
    [2, 'delivered', 1],
  ])
})

for (const [method, keyOf] of [
  ['pending', number => `k${number}`],
  ['pendingOfKey', () => 'a'],
] as const satisfies readonly [keyof EffectLog, (number: number) => string][])
  test(`an error of the store (${method}) is passed on; the action starts no more attempts, and a stop ends`, async () => {
    const commits: Commit[] = [{ effects: Array.from({ length: 2000 }, (_, i) => effect(i + 1, keyOf(i + 1))) }]
    const broken = new Error('disk I/O error')
    const failures: unknown[] = []
    let reads = 0
    const effects: EffectLog = new Proxy(
      growingEffects(() => commits),
      {
        get: (target, name) =>
          name === method && ++reads > (method === 'pending' ? 1 : 0) ? assert.fail(broken) : (Reflect.get(target, name) as unknown),
      },
    )
    const { dispatcher, tried, underWay, answer } = bench({
      stored: commits,
      effects,
      onFailure: error => failures.push(error),
      heldOfKeyMax: 1,
    })
    dispatcher.start()
    await pause(5)
    await Promise.all([...underWay.keys()].map(id => answer(id)))
    assert.deepEqual(failures, [broken])
    const attempts = tried.length
    await Promise.all([...underWay.keys()].map(id => answer(id)))
    await dispatcher.stop()
    assert.equal(tried.length, attempts)
  })
