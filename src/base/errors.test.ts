import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert as invariant, errorCodes, errorFromMessage, failureMessage, SpillwayError, unreachable } from './errors.ts'

test('an error has a code, and a message that begins with its place', () => {
  const cause = new RangeError('inner')
  const error = new SpillwayError('SPILL_DEFINITION', "'slope' needs a number, got string", { place: 'glucose.ts:14', cause })
  assert.equal(error.message, "glucose.ts:14 'slope' needs a number, got string")
  assert.equal(error.place, 'glucose.ts:14')
  assert.equal(error.code, 'SPILL_DEFINITION')
  assert.equal(error.cause, cause)
  assert.equal(String(error), "SpillwayError: glucose.ts:14 'slope' needs a number, got string")
  assert.ok(error instanceof Error)
})

test('an error without a place or a cause has none', () => {
  const error = new SpillwayError('SPILL_INPUT', 'no such file')
  assert.equal(error.message, 'no such file')
  assert.equal(error.place, undefined)
  assert.equal('cause' in error, false)
})

test('the problem is the message without the place of the error, or without a place that the reader sees', () => {
  const error = new SpillwayError('SPILL_DATA', 'is cut off', { place: 'a.csv:3' })
  assert.equal(error.problemAt(), 'is cut off')
  assert.equal(error.problemAt('a.csv:3'), 'is cut off')
  assert.equal(error.problemAt('b.csv'), 'a.csv:3 is cut off')
  assert.equal(new SpillwayError('SPILL_DATA', 'is cut off').problemAt(), 'is cut off')
})

test('every code has its cause in one line', () => {
  for (const [code, cause] of Object.entries(errorCodes)) {
    assert.match(code, /^SPILL_[A-Z_]+$/)
    assert.match(cause, /^\S.{10,}\S$/)
  }
})

test('a broken invariant says that it is a bug', () => {
  invariant(true, 'one is one')
  assert.throws(() => invariant(false, 'one is two'), { code: 'SPILL_ASSERT', message: 'one is two (this is a bug in Spillway)' })
  assert.throws(() => unreachable({ op: 'pow' } as never), { code: 'SPILL_ASSERT', message: /unexpected \{"op":"pow"\}/ })
})

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
