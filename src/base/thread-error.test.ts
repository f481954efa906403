import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SpillwayError } from './errors.ts'
import { errorOf, failed } from './thread-error.ts'

/** As the other thread hears it. */
const heard = (error: unknown): Error & { readonly code?: string } => errorOf(structuredClone(failed(error)))

test('an error of ours is one again behind a thread, with its code and all of its words', () => {
  const error = heard(new SpillwayError('SPILL_LIMIT', 'has too many rows', { place: 'a.csv:3' }))
  assert.ok(error instanceof SpillwayError)
  assert.deepEqual([error.code, error.place, error.message], ['SPILL_LIMIT', 'a.csv:3', 'a.csv:3 has too many rows'])
})

test('one of the system or of another library keeps its code and is no error of ours; one without a code has none', () => {
  const missing = heard(Object.assign(new Error('no such file'), { code: 'ENOENT' }))
  assert.ok(!(missing instanceof SpillwayError))
  assert.deepEqual([missing.code, missing.message], ['ENOENT', 'no such file'])
  // What every object has is no code either.
  assert.ok(!(heard(Object.assign(new Error('odd'), { code: 'toString' })) instanceof SpillwayError))
  const plain = heard(new Error('odd'))
  assert.deepEqual(['code' in plain, plain.message], [false, 'odd'])
})
