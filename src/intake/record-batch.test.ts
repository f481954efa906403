import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawFormOf, rawJsonText } from './record-batch.ts'

test('a record without raw bytes keeps the numbers that JSON lacks', () => {
  assert.equal(
    rawJsonText({ a: 2n ** 60n, b: NaN, c: -Infinity, d: 1.5, e: null }),
    '{"a":"1152921504606846976","b":"NaN","c":"-Infinity","d":1.5,"e":null}',
  )
})

test('the raw form follows from the origin; NDJSON needs none', () => {
  const origin = { placeOf: String, text: false, tabular: false, zoneless: new Set<string>() }
  assert.equal(rawFormOf(origin), undefined)
  assert.deepEqual(rawFormOf(origin, 0), { row: 0 })
  assert.deepEqual(rawFormOf({ ...origin, tabular: true, zoneless: new Set(['at']) }), { tabular: true, zoneless: ['at'] })
  assert.deepEqual(rawFormOf({ ...origin, tabular: true, text: true }), { csv: true })
})
