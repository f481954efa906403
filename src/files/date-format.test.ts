import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dateOrderOf, parseDate, dateInstant, type DateOrder } from './date-format.ts'

const read = (text: string, order: DateOrder): string | undefined => {
  const date = parseDate(text)
  return date && new Date(dateInstant(date, order)).toISOString().slice(0, 19)
}

test('reads days, months, years and twelve-hour clocks', () => {
  for (const [text, order, iso] of [
    ['31.12.2025 14:05', 'dmy', '2025-12-31T14:05:00'],
    ['1.2.2025', 'dmy', '2025-02-01T00:00:00'],
    ['12/31/2025 2:05 PM', 'mdy', '2025-12-31T14:05:00'],
    ['12/31/2025, 12:05:09 am', 'mdy', '2025-12-31T00:05:09'],
    ['2025/12/31 23:59:59.5', 'ymd', '2025-12-31T23:59:59'],
    ['31-12-2025', 'dmy', '2025-12-31T00:00:00'],
  ] as const)
    assert.equal(read(text, order), iso, text)
})

test('rejects ISO 8601 and texts that are not dates', () => {
  for (const text of [
    '2025-12-31',
    '2025-12-31 14:05',
    '1.2',
    '10.0.0.1',
    '13.13.2025',
    '32.1.2025',
    '1/2/25',
    '1.2.2025 24:00',
    '1.2/2025',
    '1234.5.6789',
    'x',
  ])
    assert.equal(parseDate(text), undefined, text)
})

test('the greatest numbers of a column decide the order, else the convention', () => {
  const order = (text: string, greatest: readonly [number, number]) => dateOrderOf(parseDate(text)!, greatest)
  assert.equal(order('1/2/2025', [13, 12]), 'dmy')
  assert.equal(order('1.2.2025', [12, 13]), 'mdy')
  assert.equal(order('1/2/2025', [12, 12]), 'mdy')
  assert.equal(order('1.2.2025', [12, 12]), 'dmy')
  assert.equal(order('2025/1/2', [2025, 12]), 'ymd')
})
