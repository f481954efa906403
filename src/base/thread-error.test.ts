import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SpillwayError } from './errors.ts'
import { errorFromMessage, failureMessage } from './thread-error.ts'

/** The error as the other thread receives it. */
const received = (error: unknown): Error & { readonly code?: string } => errorFromMessage(structuredClone(failureMessage(error)))

test('a SpillwayError survives a thread with its code, message and place', () => {
  const error = received(new SpillwayError('SPILL_LIMIT', 'has too many rows', { place: 'a.csv:3' }))
  assert.ok(error instanceof SpillwayError)
  assert.deepEqual([error.code, error.place, error.message], ['SPILL_LIMIT', 'a.csv:3', 'a.csv:3 has too many rows'])
})

test('an error of the system or a library keeps its code and is no SpillwayError; an error without a code has none', () => {
  const missing = received(Object.assign(new Error('no such file'), { code: 'ENOENT' }))
  assert.ok(!(missing instanceof SpillwayError))
  assert.deepEqual([missing.code, missing.message], ['ENOENT', 'no such file'])
  // A property of every object is no code.
  assert.ok(!(received(Object.assign(new Error('odd'), { code: 'toString' })) instanceof SpillwayError))
  const plain = received(new Error('odd'))
  assert.deepEqual(['code' in plain, plain.message], [false, 'odd'])
})
