import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lagText } from './lag-text.ts'

test('the lag of a source has its time and its records, as far as they are known', () => {
  assert.equal(lagText({ lag: 12_000, records: 1204 }), '12 s, 1,204 records')
  assert.equal(lagText({ lag: undefined, records: 1 }), '1 record', 'in the first minutes of a run')
  assert.equal(lagText({ lag: 12_000, records: undefined }), '12 s', 'of a file')
  assert.equal(lagText({ lag: undefined, records: undefined }), '—')
})
