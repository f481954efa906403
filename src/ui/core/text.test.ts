import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agoText, bytesText, countText, percentText, pluralText, rateText, shortNumber, spanText, timeStamp, valueText } from './text.ts'

test('numbers have two significant digits, or all that people count', () => {
  assert.deepEqual(
    [0.0132, 4.21, 42, 321, 9994, 12_345, 999_499, 1_300_000].map(value => shortNumber(value)),
    ['0.013', '4.2', '42', '321', '9,994', '12 k', '999 k', '1.3 M'],
  )
  assert.equal(countText(1_234_567), '1,234,567')
  assert.deepEqual([pluralText(1, 'event'), pluralText(2, 'event')], ['1 event', '2 events'])
  assert.deepEqual([rateText(undefined), rateText(5000)], ['…', '5,000/s'])
  assert.deepEqual([bytesText(999), bytesText(31_876_824), bytesText(2.5e9)], ['999 B', '32 MB', '2.5 GB'])
  assert.deepEqual([percentText(0.999), percentText(0.0063), percentText(1)], ['99.9 %', '0.63 %', '100 %'])
})

test('spans have the unit that fits, and a second one below ten', () => {
  const spans = [0.0421, 12, 999, 3120, 59_000, 250_000, 7_500_000, 36_000_000, 90_000_000]
  assert.deepEqual(
    spans.map(ms => spanText(ms)),
    ['0.042 ms', '12 ms', '999 ms', '3.1 s', '59 s', '4 min 10 s', '2 h 5 min', '10 h', '1 d 1 h'],
  )
  assert.deepEqual([agoText(0, 400), agoText(0, 12_900), agoText(12_000, 0)], ['just now', '12 s ago', 'in 12 s'])
})

test('times are UTC, and values of records are text', () => {
  assert.equal(timeStamp(Date.parse('2026-01-01T13:10:00Z')), '2026-01-01 13:10:00')
  assert.equal(timeStamp(Date.parse('2026-01-01T13:10:00.250Z')), '2026-01-01 13:10:00.250')
  assert.equal(timeStamp(Infinity), '—')
  assert.deepEqual([valueText(null), valueText('x'), valueText([1]), valueText(208.7811743772242)], ['—', 'x', '[1]', '208.78117'])
})
