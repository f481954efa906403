/** Records that a destination rejects for good without saying so, and a feed that cannot be read. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { random } from '../../base/random.ts'
import { ACKNOWLEDGED, type Delivery, type DeliveryOutcome } from '../../define/action/destination.ts'
import { LogDispatcher, type LoggedBatch } from './log-dispatcher.ts'

/** A dispatcher of one record a batch; the record of batch 1 is poison. Retries come at once. */
function dispatching(batches: number, deliver: (delivery: Delivery) => DeliveryOutcome, read: (number: number) => void = () => {}) {
  const [commits, reports, failures]: [number[], string[], unknown[]] = [[], [], []]
  const batch = (number: number): LoggedBatch => ({
    number,
    name: `decisions on entry ${number}`,
    records: () => [{ key: number === 1 ? 'poison' : `k${number % 10}`, body: '{}' }],
  })
  const end = { last: batches }
  const dispatcher = new LogDispatcher({
    route: { name: 'hook', destination: { concurrency: 4, deliver: async delivery => deliver(delivery), close: async () => {} } },
    feed: {
      kind: 'decision',
      heldMax: 1000,
      numbers: () => ({ first: 1, last: end.last }),
      after: number => {
        read(number)
        return number < end.last ? batch(number + 1) : undefined
      },
      close: () => {},
    },
    prefix: 'log',
    committedBatch: 0,
    commit: async number => void commits.push(number),
    random: random(1),
    after: (_ms, act) => {
      const timer = setImmediate(act)
      return { stop: () => clearImmediate(timer) }
    },
    onReport: text => reports.push(text),
    onFailure: error => failures.push(error),
    settleMs: 0,
  })
  const grow = (by: number) => {
    end.last += by
    dispatcher.notify()
  }
  return { dispatcher, commits, reports, failures, grow }
}

const rejecting = ({ key }: Delivery): DeliveryOutcome => (key === 'poison' ? { kind: 'failed', why: 'status 422' } : ACKNOWLEDGED)

test('a record that is rejected while others are acknowledged is left out after its attempts, and progress goes on', async () => {
  const { dispatcher, commits, reports, grow } = dispatching(5, rejecting)
  dispatcher.start()
  while (!reports.some(text => text.includes('left out'))) {
    grow(1)
    await pause(0)
  }
  while (!dispatcher.isIdle) await pause(0)
  assert.deepEqual(reports, ['decision log/1.0 is delivered again later: status 422', 'decision log/1.0 is left out: status 422'])
  assert.ok(commits.at(-1)! > limits.RECORD_REJECTIONS_MAX, 'one acknowledged record for each attempt at least')
  await dispatcher.stop()
})

test('while nothing is acknowledged, a record is kept, however often it fails', async () => {
  let attempts = 0
  const { dispatcher, commits, reports } = dispatching(5, ({ key }) => {
    if (key === 'poison') attempts++
    return { kind: 'failed', why: 'status 503' }
  })
  dispatcher.start()
  while (attempts < 3 * limits.RECORD_REJECTIONS_MAX) await pause(0)
  await dispatcher.stop()
  assert.deepEqual([commits, reports.filter(text => text.includes('left out'))], [[], []])
})

test('a receiver that puts attempts off while it acknowledges others loses no record', async () => {
  let attempts = 0
  const deliver = ({ key }: Delivery): DeliveryOutcome => {
    if (key !== 'poison' || ++attempts > 3 * limits.RECORD_REJECTIONS_MAX) return ACKNOWLEDGED
    return { kind: 'failed', why: 'status 429', retryAfterMs: 1000 }
  }
  const { dispatcher, commits, reports, grow } = dispatching(5, deliver)
  dispatcher.start()
  while (attempts <= 3 * limits.RECORD_REJECTIONS_MAX) {
    grow(1)
    await pause(0)
  }
  while (!dispatcher.isIdle) await pause(0)
  assert.deepEqual(reports, ['decision log/1.0 is delivered again later: status 429'])
  assert.ok(commits.at(-1)! > 5)
  await dispatcher.stop()
})

test('an error of the feed is passed on, and a stop ends', async () => {
  const broken = new Error('disk I/O error')
  const { dispatcher, failures } = dispatching(5, rejecting, number => number === 3 && assert.fail(broken))
  dispatcher.start()
  while (failures.length === 0) await pause(0)
  await dispatcher.stop()
  assert.deepEqual(failures, [broken])
})
