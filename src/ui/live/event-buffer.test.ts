import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventBuffer, type EventTail, TAIL_MAX, withEvents } from './event-buffer.ts'

const empty: EventTail<number> = { events: [], total: 0, gaps: [], isConnected: true }

test('a filter applies before the cut: rare events stay among many others, and all are counted', () => {
  const buffer = new EventBuffer<number>()
  for (let i = 0; i < 10_000; i++) buffer.add(String(i), event => event % 1000 === 0)
  const tail = withEvents(empty, buffer.flush()!)
  assert.deepEqual(tail.events, [9000, 8000, 7000, 6000, 5000, 4000, 3000, 2000, 1000, 0])
  assert.equal(tail.total, 10_000)
  assert.equal(buffer.flush(), undefined)
})

test('the newest events are kept, in order, over several flushes', () => {
  const buffer = new EventBuffer<number>()
  for (let i = 0; i < 1234; i++) buffer.add(String(i))
  const first = withEvents(empty, buffer.flush()!)
  assert.deepEqual([first.events.length, first.events[0], first.events.at(-1), first.total], [TAIL_MAX, 1233, 1234 - TAIL_MAX, 1234])
  buffer.add('1234')
  const second = withEvents(first, buffer.flush()!)
  assert.deepEqual([second.events.length, second.events[0], second.events[1], second.total], [TAIL_MAX, 1234, 1233, 1235])
})

test('gaps are listed once each, the newest ten', () => {
  const buffer = new EventBuffer<number>()
  for (let i = 0; i < 30; i++) buffer.addGap(`gap ${i}`)
  buffer.addGap('gap 29')
  const { gaps } = withEvents(empty, buffer.flush()!)
  assert.deepEqual([gaps.length, gaps[0], gaps.at(-1)], [9, 'gap 21', 'gap 29'])
})
