import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delivery, handTimers } from '../../test/action/receiver.ts'
import { functionDestination } from './function-destination.ts'

test('a function gets the body, the id and the number of the try, and acknowledges by ending', async () => {
  const calls: unknown[] = []
  for (const [i, end] of [undefined, Promise.resolve(), 'anything'].entries()) {
    const own = functionDestination((body, { id, attempt }) => {
      calls.push([body, id, attempt])
      return end
    })
    assert.equal(own.concurrency, 16)
    assert.deepEqual(await own.deliver(delivery({ id: `a/${i}`, attempt: i + 1 })), { kind: 'acknowledged' })
    await own.close()
  }
  const body = { score: 0.9 }
  assert.deepEqual(calls, [
    [body, 'a/0', 1],
    [body, 'a/1', 2],
    [body, 'a/2', 3],
  ])
})

test('any thrown value is the reason of the failure', async () => {
  const unspeakable = Object.defineProperty(new Error('x'), 'message', {
    get() {
      throw new Error('no message')
    },
  })
  const thrown: [unknown, string][] = [
    [new Error('the pager is off'), 'the pager is off'],
    [new TypeError(''), 'TypeError'],
    ['text', "the function threw 'text'"],
    [undefined, 'the function threw undefined'],
    [{ code: 7 }, 'the function threw {"code":7}'],
    [unspeakable, 'the function threw something that has no message'],
    [new Error('x'.repeat(1000)), 'x'.repeat(300)],
  ]
  for (const [reason, why] of thrown)
    for (const throwing of [
      () => {
        throw reason
      },
      () => Promise.reject(reason),
    ])
      assert.deepEqual(await functionDestination(throwing).deliver(delivery()), { kind: 'failed', why })
})

test('a function that exceeds its time fails and is aborted, and its later result is ignored', async () => {
  const timers = handTimers()
  const signals: AbortSignal[] = []
  let fail: ((error: Error) => void) | undefined
  const own = functionDestination(
    (_, { signal, attempt }) => {
      signals.push(signal)
      return attempt === 1 ? new Promise((_, reject) => (fail = reject)) : undefined
    },
    { timeoutMs: 1500, after: timers.after },
  )
  const outcome = own.deliver(delivery())
  let isClosed = false
  const closed = own.close().then(() => (isClosed = true))
  await new Promise(setImmediate)
  assert.equal(isClosed, false)
  timers.fire()
  assert.deepEqual(await outcome, { kind: 'failed', why: 'the function did not end within 1500ms' })
  await closed
  assert.equal(signals[0].aborted, true)
  fail!(new Error('late'))
  assert.deepEqual(await own.deliver(delivery({ attempt: 2 })), { kind: 'acknowledged' })
  assert.equal(signals[1].aborted, false)
  assert.equal(timers.running.size, 0, 'no timer is left')
})

test('each try has a body of its own', async () => {
  const seen: unknown[] = []
  const own = functionDestination(body => {
    seen.push(structuredClone(body))
    ;(body as { score: number }).score = 0
  })
  const one = delivery()
  await own.deliver(one)
  await own.deliver({ ...one, attempt: 2 })
  assert.deepEqual(seen, [{ score: 0.9 }, { score: 0.9 }])
})
