import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shownEvents } from './recent-events.ts'

const event = (entry: number) => ({ entry, time: 0, arrival: 0, fields: {} })
const message = (entries: readonly number[], skipped = 0, unread = 0) => ({ events: entries.map(event), skipped, unread })

test('the newest events come first, each once, and what is not shown is summed', () => {
  const { events, skipped, unread } = shownEvents([message([7, 9], 5, 100), message([4, 5], 1)], [event(3), event(4)])
  assert.deepEqual(
    events.map(({ entry }) => entry),
    [9, 7, 5, 4, 3],
  )
  assert.deepEqual([skipped, unread], [6, 100])
})

test('a page shows fifty', () => {
  const { events } = shownEvents([message(Array.from({ length: 60 }, (_, i) => i))], [])
  assert.deepEqual([events.length, events[0].entry], [50, 59])
})
