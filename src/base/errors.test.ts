import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert as invariant, unreachable } from './assert.ts'
import { errorCodes, SpillwayError } from './errors.ts'

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
