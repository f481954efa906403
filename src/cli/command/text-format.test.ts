import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scoreText } from './text-format.ts'

test('a number has six significant digits, and at least two fraction digits', () => {
  assert.deepEqual([0.1 + 0.2, 1 / 3, -123_456.789, 1e-9 / 7, 12_345_678, 0, null].map(scoreText), [
    '0.3',
    '0.333333',
    '-123456.79',
    '1.42857e-10',
    '12345678',
    '0',
    'NULL',
  ])
})
