import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatusLine } from './status-line.ts'

test('a status is printed when it changes, and once an hour when it does not', () => {
  const lines: unknown[] = []
  let now = 0
  const status = new StatusLine(
    (text, kind) => lines.push([now, text, kind]),
    () => now,
  )
  for (const [at, text] of [
    [5000, '1 event'],
    [10_000, '1 event'],
    [15_000, '2 events'],
    [20_000, '1 event'],
    [3_619_999, '1 event'],
    [3_620_000, '1 event'],
    [3_625_000, '1 event'],
  ] as const) {
    now = at
    status.update(text)
  }
  assert.deepEqual(lines, [
    [5000, '1 event', 'counts'],
    [15_000, '2 events', 'counts'],
    [20_000, '1 event', 'counts'],
    [3_620_000, '1 event', 'counts'],
  ])
})
