import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRetryAfter } from './retry-after.ts'

const now = Date.parse('1994-11-06T08:49:07Z')

test('seconds, up to the limit', () => {
  assert.equal(parseRetryAfter('120', undefined, now), 120_000)
  assert.equal(parseRetryAfter(' 0 ', undefined, now), 0)
  assert.equal(parseRetryAfter('86400', undefined, now), 3_600_000)
  assert.equal(parseRetryAfter('9'.repeat(400), undefined, now), 3_600_000)
})

test('a date, in any of the forms that HTTP had', () => {
  for (const date of ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])
    assert.equal(parseRetryAfter(date, undefined, now), 30_000, date)
  assert.equal(parseRetryAfter('Sun, 06 Nov 1994 08:49:07 GMT', undefined, now), 0)
  assert.equal(parseRetryAfter('Sun, 06 Nov 1994 08:49:06 GMT', undefined, now), 0)
})

test('a date is measured from the answer’s own, whatever the clock here says', () => {
  const [answered, later] = ['Mon, 07 Nov 1994 08:00:00 GMT', 'Mon, 07 Nov 1994 08:01:00 GMT']
  assert.equal(parseRetryAfter(later, answered, now), 60_000)
  assert.equal(parseRetryAfter('Sun, 06 Nov 1994 08:49:37 GMT', 'yesterday', now), 30_000)
})

test('anything else is as if it were not there', () => {
  for (const text of ['', 'soon', '-1', '1.5', '1e3', '1994-11-06', 'Sun, 06 Nov 1994 08:49:37 CET', 'Sun, 99 Foo 1994 08:49:37 GMT'])
    assert.equal(parseRetryAfter(text, undefined, now), undefined, text)
})
