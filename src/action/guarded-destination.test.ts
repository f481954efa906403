/** A destination that breaks its contract: the delivery fails for a named reason, and nothing else is held up. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delivery, handTimers } from '../../test/action/receiver.ts'
import { ACKNOWLEDGED, type Destination } from '../define/action/destination.ts'
import { checkDestination, GuardedDestination } from './guarded-destination.ts'

const broken = (clause: string, text: string): string =>
  `destination 'kafka' of action 'page' broke clause '${clause}' of its contract (${text}): `

function guarded(parts: { readonly [N in keyof Destination]?: unknown }, timeoutMs?: number) {
  const timers = handTimers()
  const reports: string[] = []
  const name = "destination 'kafka' of action 'page'"
  const destination = { concurrency: 1, deliver: async () => ACKNOWLEDGED, close: async () => {}, ...parts }
  const options = { name, timeoutMs, after: timers.after, onReport: (text: string) => void reports.push(text) }
  return { timers, reports, open: new GuardedDestination(destination, options) }
}

test('a delivery that throws, rejects or resolves with no outcome has failed, and its reason names the destination and the clause', async () => {
  const never = broken('rejection', 'deliver never throws or rejects')
  const outcomes = `${broken('outcome', "deliver resolves with { kind: 'acknowledged' } or { kind: 'failed', why }")}got `
  const unreadable = Object.defineProperty({}, 'kind', {
    get() {
      throw new Error('no kind')
    },
  })
  const cases: readonly (readonly [deliver: () => unknown, why: string])[] = [
    [() => assert.fail('at once'), `${never}at once`],
    [() => Promise.reject(new TypeError('later')), `${never}later`],
    [() => Promise.reject(undefined), `${never}it threw undefined`],
    [async () => unreadable, `${never}no kind`],
    [() => undefined, `${outcomes}undefined`],
    [async () => null, `${outcomes}null`],
    [async () => 'ok', `${outcomes}'ok'`],
    [async () => ({ kind: 'done' }), `${outcomes}{"kind":"done"}`],
    [async () => ({ kind: 'failed' }), `${outcomes}{"kind":"failed"}`],
    [async () => ({ kind: 'failed', why: '' }), `${outcomes}{"kind":"failed","why":""}`],
    [async () => ({ kind: 'failed', why: 'x', retryAfterMs: -1 }), `${outcomes}{"kind":"failed","why":"x","retryAfterMs":-1}`],
    [async () => ({ kind: 'failed', why: 'x', retryAfterMs: NaN }), `${outcomes}{"kind":"failed","why":"x","retryAfterMs":null}`],
    [async () => ({ kind: 'failed', why: 'x', final: 1 }), `${outcomes}{"kind":"failed","why":"x","final":1}`],
    [() => Promise.reject(new Error('x'.repeat(1000))), `${never}${'x'.repeat(300)}`],
  ]
  for (const timeoutMs of [undefined, 1000])
    for (const [deliver, why] of cases)
      assert.deepEqual(await guarded({ deliver }, timeoutMs).open.deliver(delivery()), {
        kind: 'failed',
        why: why.slice(0, 300),
      })
})

test('a proper outcome passes, and only its own fields', async () => {
  for (const [outcome, passed] of [
    [{ kind: 'acknowledged', offset: 7 }, { kind: 'acknowledged' }],
    [
      { kind: 'failed', why: 'x'.repeat(400), retryAfterMs: 5, final: true, more: 1 },
      { kind: 'failed', why: 'x'.repeat(300), retryAfterMs: 5, final: true },
    ],
    [
      { kind: 'failed', why: 'full', final: false },
      { kind: 'failed', why: 'full' },
    ],
  ] as const)
    assert.deepEqual(await guarded({ deliver: async () => outcome }).open.deliver(delivery()), passed)
})

test('a delivery that never settles fails at its deadline and is aborted, and its later result is ignored', async () => {
  const settling = Promise.withResolvers<unknown>()
  const signals: AbortSignal[] = []
  const deliver = ({ signal }: { signal: AbortSignal }) => {
    signals.push(signal)
    return settling.promise
  }
  const { open, timers } = guarded({ deliver }, 1500)
  const outcome = open.deliver(delivery())
  assert.equal(signals[0].aborted, false)
  timers.fire()
  assert.deepEqual(await outcome, {
    kind: 'failed',
    why: `${broken('deadline', 'deliver ends by its deadline')}it took longer than 1500ms`,
  })
  assert.equal(signals[0].aborted, true)
  settling.reject(new Error('late'))
  assert.equal(timers.running.size, 0)
})

test('close ends whatever the destination does, and a fault is reported', async () => {
  const closes: readonly (readonly [close: () => unknown, problem: string | undefined])[] = [
    [async () => {}, undefined],
    [() => undefined, undefined],
    [() => assert.fail('at once'), 'at once'],
    [() => Promise.reject(new Error('later')), 'later'],
    [() => new Promise(() => {}), 'it took longer than 1500ms'],
  ]
  for (const [close, problem] of closes) {
    const { open, timers, reports } = guarded({ close }, 1500)
    const closed = open.close()
    await new Promise(setImmediate)
    timers.fire()
    await closed
    const clause = broken('close', 'close resolves once all deliveries have ended')
    assert.deepEqual(reports, problem === undefined ? [] : [`${clause}${problem}`])
  }
})

test('an object without the parts of a destination is rejected', () => {
  const [deliver, close] = [async () => ACKNOWLEDGED, async () => {}]
  const parts =
    /^destination 'kafka' broke clause 'destination' of its contract \(a destination is an object \{ concurrency, deliver, close \}\): got /
  for (const value of [
    undefined,
    null,
    7,
    {},
    { concurrency: 1, deliver },
    { concurrency: 1, close },
    { concurrency: 1, deliver: 1, close },
  ])
    assert.throws(() => checkDestination(value, "destination 'kafka'"), { code: 'SPILL_CONTRACT', message: parts })
  for (const concurrency of [undefined, 0, -1, 1.5, NaN, Infinity, 1025, '4'])
    assert.throws(() => checkDestination({ concurrency, deliver, close }, "destination 'kafka'"), {
      code: 'SPILL_CONTRACT',
      message: /\(concurrency is a whole number from 1 to 1024\): got /,
    })
})
