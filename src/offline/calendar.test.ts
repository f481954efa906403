import assert from 'node:assert/strict'
import { test } from 'node:test'
import { partitionAt, partitionsBetween } from './calendar.ts'

const at = (text: string): number => Date.parse(text)

test('a day and a month hold their first moment and not their end', () => {
  const day = { name: '2026-02-28', start: at('2026-02-28T00:00Z'), end: at('2026-03-01T00:00Z') }
  assert.deepEqual(partitionAt('day', day.start), day)
  assert.deepEqual(partitionAt('day', day.end - 1), day)
  assert.equal(partitionAt('day', day.end).name, '2026-03-01')
  assert.deepEqual(partitionAt('month', at('2024-12-31T23:59:59.999Z')), {
    name: '2024-12',
    start: at('2024-12-01T00:00Z'),
    end: at('2025-01-01T00:00Z'),
  })
  assert.equal(partitionAt('day', -1).name, '1969-12-31')
})

test('partitions of a stretch are those that hold a part of it, its last moment too', () => {
  const names = (from: string, to: string) => Array.from(partitionsBetween('day', at(from), at(to)), ({ name }) => name)
  assert.deepEqual(names('2026-02-27T23:00Z', '2026-03-01T00:00Z'), ['2026-02-27', '2026-02-28', '2026-03-01'])
  assert.deepEqual(names('2026-02-27T00:00Z', '2026-02-27T00:00Z'), ['2026-02-27'])
})
