import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SpillwayError } from '../../base/errors.ts'
import { rejects } from '../../../test/rejects.ts'
import { callUserFunction, withArticle } from './mistake.ts'
import { checkName, checkOptions, strictRecord } from './names.ts'

test('names are identifiers', () => {
  assert.equal(checkName('x', 'card_now2'), 'card_now2')
  for (const name of ['', '2nd', 'a-b', 'a b', 'é', '__proto__', 5, undefined, 'a.b'])
    rejects(() => checkName('thing', name), /^thing .* is no name; use letters, digits and _/)
})

test('a word with its article', () => assert.deepEqual(['int', 'string', 'airport'].map(withArticle), ['an int', 'a string', 'an airport']))

test('options are an object of known names', () => {
  checkOptions('thing', { a: 1 }, ['a', 'b'])
  rejects(() => checkOptions('thing', { c: 1 }, ['a', 'b']), "thing has no option 'c'; did you mean 'a'?")
  for (const options of [null, [], 'a', undefined])
    rejects(() => checkOptions('thing', options, []), /^thing needs an object of options, got/)
})

test("an error of a user's function is a mistake at its line; a SpillwayError is unchanged", () => {
  rejects(() => callUserFunction('thing', () => (undefined as unknown as { x: number }).x), /^thing: Cannot read properties of undefined/)
  // oxlint-disable-next-line no-throw-literal
  assert.throws(
    () =>
      callUserFunction('thing', () => {
        throw 'text'
      }),
    { message: /thing: text/ },
  )
  const ours = new SpillwayError('SPILL_UNSUPPORTED', 'x')
  assert.throws(
    () =>
      callUserFunction('thing', () => {
        throw ours
      }),
    ours,
  )
})

test('a strict record returns its names, and lets runtimes look up theirs', async () => {
  const record = strictRecord<Record<string, number>>({ a: 1 }, 'the record has no', 'field.')
  assert.equal(record['a'], 1)
  assert.throws(() => record['b'], /the record has no 'field\.b'/)
  assert.throws(() => record['toString'], /the record has no 'field\.toString'/)
  assert.equal(await Promise.resolve(record), record)
  assert.equal(JSON.stringify(record), '{"a":1}')
  assert.deepEqual({ ...record }, { a: 1 })
})

test('an unknown method of an expression comes with advice', () => {
  // oxlint-disable-next-line typescript/no-explicit-any
  const p: any = { amount: {} }
  rejects(() => callUserFunction('x', () => p.amount.mena('1h')), "x: p.amount.mena is not a function; did you mean 'mean'?")
  rejects(() => callUserFunction('x', () => p.amount.mean('1h')), /; 'mean' aggregates rows: make it a feature/)
  rejects(() => callUserFunction('x', () => p.amount.count('1h')), /; 'count' is a function to import: count\(…\)$/)
  rejects(
    () => callUserFunction('x', () => p.amount.dividedBy(2)),
    /; only expressions have 'dividedBy': derive from features in the inputs of a model$/,
  )
})
