import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause, type StartTimer, withDeadline } from './clock.ts'

/** A timer that the test sets off, and its state. */
function manualTimer() {
  const state = { ms: 0, fire: () => {}, isStopped: false }
  const start: StartTimer = (ms, callback) => {
    Object.assign(state, { ms, fire: callback })
    return { stop: () => (state.isStopped = true) }
  }
  return { state, start }
}

const neverCalled = () => assert.fail('the deadline has not passed')
const never = new Promise<never>(() => {})

test('a promise that settles in time gives its result or its error, and stops the timer', async () => {
  for (const promise of [Promise.resolve(1), Promise.reject(new RangeError('x'))]) {
    const { state, start } = manualTimer()
    await Promise.allSettled([promise])
    const [expected] = await Promise.allSettled([promise])
    const [result] = await Promise.allSettled([withDeadline(promise, 50, neverCalled, start)])
    assert.deepEqual(result, expected)
    assert.deepEqual([state.ms, state.isStopped], [50, true])
  }
})

test('after the deadline the result is that of onExpiry, or its error', async () => {
  const { state, start } = manualTimer()
  const result = withDeadline(never, 50, () => 'late', start)
  state.fire()
  assert.equal(await result, 'late')
  assert.ok(state.isStopped)
  const expire = () => {
    throw new RangeError('late')
  }
  await assert.rejects(withDeadline(never, 1, expire), new RangeError('late'))
})

test('a rejection after the deadline is handled', async () => {
  const { promise, reject } = Promise.withResolvers<never>()
  assert.equal(await withDeadline(promise, 1, () => 'late'), 'late')
  reject(new Error('nobody waits for it'))
  await pause(1)
})
