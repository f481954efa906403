import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dateInstant, dateOrderOf, parseDate, usualDateOrder, type DateOrder } from './date-format.ts'

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

test('a number above 12 or a year in front shows the order; else the separator gives the usual one', () => {
  for (const [text, order] of [
    ['13/2/2025', 'dmy'],
    ['1.13.2025', 'mdy'],
    ['2025/1/2', 'ymd'],
    ['12/12/2025', undefined],
  ] as const)
    assert.equal(dateOrderOf(parseDate(text)!), order, text)
  for (const [text, order, isCertain] of [
    ['1/2/2025', 'mdy', false],
    ['1-2-2025', 'dmy', false],
    ['1.2.2025', 'dmy', true],
  ] as const)
    assert.deepEqual(usualDateOrder(parseDate(text)!), { order, isCertain }, text)
})
