/** The queue of events: order, retries, bounds, and what it reports. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handTimers } from '../../test/action/receiver.ts'
import { yieldToEventLoop } from '../base/clock.ts'
import { EventQueue } from './event-queue.ts'
import type { LineageReceiver } from './receivers.ts'
import { type RunEvent, runEventOf, type RunEventType } from './run-event.ts'

const eventOf = (runId: string, type: RunEventType = 'START', at = 0): RunEvent =>
  runEventOf({ type, at, runId }, { namespace: 'n', name: 'j', facets: {}, inputs: [], outputs: [] })

/** A queue over a receiver that a test controls. */
function queueOver(send: LineageReceiver['send'], bounds: { readonly eventsMax?: number; readonly stopMs?: number } = {}) {
  const reports: string[] = []
  const timers = handTimers()
  const queue = new EventQueue({
    receiver: { name: 'catalog', send },
    onReport: report => reports.push(report),
    after: timers.after,
    random: () => 1,
    ...bounds,
  })
  return { queue, reports, timers }
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await yieldToEventLoop()
}

const idOf = (text: string): string => {
  const { run, eventType } = JSON.parse(text) as RunEvent
  return `${run.runId} ${eventType}`
}

test('sends events in order, one at a time, and settles each', async () => {
  const sent: string[] = []
  const settled: string[] = []
  let concurrent = 0
  const { queue } = queueOver(async text => {
    assert.equal(++concurrent, 1)
    await yieldToEventLoop()
    concurrent--
    sent.push(idOf(text))
    return undefined
  })
  for (const id of ['a', 'b', 'c']) queue.add(eventOf(id), { onSettled: () => settled.push(id) })
  await queue.close()
  assert.deepEqual(sent, ['a START', 'b START', 'c START'])
  assert.deepEqual(settled, ['a', 'b', 'c'])
  assert.deepEqual(queue.counts, { sent: 3, rejected: 0, dropped: 0 })
})

test('a receiver that is away gets all events later; trouble and its end are reported once', async () => {
  const sent: string[] = []
  let isAway = true
  const { queue, reports, timers } = queueOver(async text => {
    if (isAway) throw new Error('connection refused')
    sent.push(idOf(text))
    return undefined
  })
  queue.add(eventOf('a'))
  await settle()
  queue.add(eventOf('b'))
  timers.fire()
  await settle()
  assert.deepEqual(sent, [])
  isAway = false
  timers.fire()
  await settle()
  assert.deepEqual(sent, ['a START', 'b START'])
  assert.deepEqual(reports, [
    'OpenLineage events wait: catalog failed (connection refused); they are sent once it answers',
    'OpenLineage events are sent to catalog again',
  ])
  await queue.close()
})

test('while a receiver is away, the newest RUNNING event of a run stays, and beyond the bound the oldest events are dropped', async () => {
  const sent: string[] = []
  const dropped: string[] = []
  let isAway = true
  const { queue, reports, timers } = queueOver(
    async text => {
      if (isAway) throw new Error('away')
      sent.push(`${idOf(text)} ${Date.parse((JSON.parse(text) as RunEvent).eventTime)}`)
      return undefined
    },
    { eventsMax: 3 },
  )
  queue.add(eventOf('a'), { onSettled: () => assert.fail('a dropped event is not settled'), onDropped: () => dropped.push('a') })
  await settle()
  for (let at = 1; at < 100; at++) queue.add(eventOf('a', 'RUNNING', at))
  queue.add(eventOf('b'))
  queue.add(eventOf('c'))
  queue.add(eventOf('d'))
  assert.deepEqual(dropped, ['a'])
  assert.equal(queue.counts.dropped, 2)
  isAway = false
  timers.fire()
  await settle()
  assert.deepEqual(sent, ['b START 0', 'c START 0', 'd START 0'])
  assert.deepEqual(reports.slice(1), [
    'catalog has been away for too long: of 3 waiting OpenLineage events the oldest are dropped',
    'OpenLineage events are sent to catalog again; 2 events were dropped meanwhile',
  ])
  await queue.close()
})

test('once the queue is empty after drops, dropped events may be added again, more than have room too', async () => {
  const sent: string[] = []
  const lost = new Set<string>()
  let isAway = true
  const timers = handTimers()
  const reports: string[] = []
  const add = (id: string): void => queue.add(eventOf(id), { onDropped: () => lost.add(id) })
  const queue = new EventQueue({
    receiver: {
      name: 'catalog',
      send: async text => {
        if (isAway) throw new Error('away')
        sent.push(idOf(text))
        return undefined
      },
    },
    onReport: report => reports.push(report),
    onRoom: () => {
      const again = [...lost]
      lost.clear()
      again.forEach(add)
    },
    after: timers.after,
    eventsMax: 2,
  })
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  add('a')
  await settle()
  ids.slice(1).forEach(add)
  isAway = false
  timers.fire()
  await queue.close()
  assert.deepEqual(
    sent.toSorted(),
    ids.map(id => `${id} START`),
  )
  assert.equal(reports.length, 3, 'away, dropped, back')
})

test('a rejected event is counted, reported once, and not sent again', async () => {
  const { queue, reports } = queueOver(async text => (idOf(text).startsWith('bad') ? 'status 422: no job' : undefined))
  for (const id of ['bad1', 'good', 'bad2']) queue.add(eventOf(id))
  await queue.close()
  assert.deepEqual(queue.counts, { sent: 1, rejected: 2, dropped: 0 })
  assert.deepEqual(reports, [
    'catalog rejected an OpenLineage event with status 422: no job; rejected events are counted and not sent again',
  ])
})

test('an event whose outcome cannot be noted is not sent again, and the error is reported once', async () => {
  const sent: string[] = []
  const { queue, reports } = queueOver(async text => (sent.push(idOf(text)), undefined))
  const onSettled = (): never => {
    throw new RangeError('too many')
  }
  for (const id of ['a', 'b']) queue.add(eventOf(id), { onSettled })
  queue.add(eventOf('c'))
  await queue.close()
  assert.deepEqual(sent, ['a START', 'b START', 'c START'])
  assert.deepEqual(reports, ['OpenLineage events are sent, but their progress cannot be noted: too many'])
})

test('the delay doubles with each failure, up to its greatest value', async () => {
  const delays: number[] = []
  const timers = handTimers()
  const queue = new EventQueue({
    receiver: { name: 'catalog', send: () => Promise.reject(new Error('away')) },
    onReport: () => {},
    random: () => 1,
    after: (ms, callback) => {
      delays.push(ms)
      return timers.after(ms, callback)
    },
  })
  queue.add(eventOf('a'))
  for (let i = 0; i < 8; i++) {
    await settle()
    timers.fire()
  }
  assert.deepEqual(delays.slice(0, 8), [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
  await queue.close()
})

test('a stop ends an attempt that hangs, and says how many events were not sent', async () => {
  const { queue, reports } = queueOver(
    (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('ended')))),
    { stopMs: 1 },
  )
  queue.add(eventOf('a'))
  queue.add(eventOf('b'))
  await queue.close()
  queue.add(eventOf('c'))
  assert.deepEqual(reports, ['2 events of OpenLineage could not be sent to catalog before the stop'])
})
