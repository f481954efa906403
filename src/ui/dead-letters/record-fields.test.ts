import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SourceAnswer } from '../core/answers.ts'
import { replayText } from './replay-text.ts'
import {
  changedFields,
  clearedFields,
  editableFields,
  fieldJson,
  fieldProblem,
  fieldsOf,
  fieldText,
  recordDifferences,
  recordProblem,
} from './record-fields.ts'

const source = {
  name: 'payments',
  key: 'card',
  time: 'at',
  columns: [
    { name: 'id', type: 'string' },
    { name: 'card', type: 'string', definition: 'identifies a card' },
    { name: 'amount', type: 'decimal(2)' },
    { name: 'note', type: 'string', definition: 'may be null' },
  ],
  allowedLateness: 0,
  dedupe: 0,
}

test('a field that is no column is a problem where the source has rejected the record for such a field', () => {
  const source = { name: 'payments', columns: [{ name: 'amount', type: 'double' }] } as unknown as SourceAnswer
  const value = { name: 'value', json: '1' }
  assert.equal(
    recordProblem(value, source, "'amount' is missing; field 'value' is no column (columns: amount)"),
    'is no column of payments',
  )
  assert.equal(recordProblem(value, source, "'amount' is missing"), undefined)
  assert.equal(recordProblem({ name: 'amount', json: '' }, source, ''), 'is missing')
  assert.equal(recordProblem({ name: 'amount', json: '' }, undefined, ''), undefined)
})

test('fields keep the digits of their numbers, and missing columns are empty', () => {
  assert.deepEqual(editableFields('{"id":"1","amount":1.10,"big":12345678901234567890}', source), [
    { name: 'id', json: '"1"' },
    { name: 'amount', json: '1.10' },
    { name: 'big', json: '12345678901234567890' },
    { name: 'card', json: '' },
    { name: 'note', json: '' },
  ])
  for (const raw of [undefined, 'no json', '[1]', '"text"', 'null']) assert.equal(fieldsOf(raw), undefined)
})

test('a field has its own digits, and not those of a field with its name inside the record', () => {
  const nested = fieldsOf('{"amount":1.10,"item":{"amount":2.50},"items":[{"amount":3.50}]}')!
  assert.deepEqual(nested[0], { name: 'amount', json: '1.10' })
  assert.equal(fieldsOf('{"item":{"amount":2.50},"amount":1.10}')![1].json, '1.10')
})

test('a text is JSON of its column: digits of a text column stay text', () => {
  const of = (name: string) => source.columns.find(column => column.name === name)
  assert.equal(fieldJson('12', of('id')), '"12"')
  assert.equal(fieldJson('3.50', of('amount')), '3.50')
  assert.equal(fieldJson('a lot', of('amount')), '"a lot"')
  const time = { name: 'at', type: 'timestamp' }
  assert.equal(fieldJson('1767268800000', time), '1767268800000')
  assert.equal(fieldJson('2026-01-01T12:00:00Z', time), '"2026-01-01T12:00:00Z"')
  assert.equal(fieldJson('', of('id')), '')
  assert.equal(fieldText('"a \\"b\\""'), 'a "b"')
})

test('problems are those that a replay would find, as far as the columns tell', () => {
  const column = (type: string, definition?: string) => ({ name: 'x', type, ...(definition !== undefined && { definition }) })
  const problem = (json: string, type: string, definition?: string) => fieldProblem(json, column(type, definition))
  assert.equal(problem('"a lot"', 'decimal(2)'), 'needs a decimal number')
  assert.equal(problem('1.234', 'decimal(2)'), 'has more than 2 digits after the point')
  assert.equal(problem('1.230', 'decimal(2)'), undefined)
  assert.equal(problem('', 'string'), 'is missing')
  assert.equal(problem('', 'string', 'may be null'), undefined)
  assert.equal(problem('1.5', 'int'), 'needs a whole number')
  assert.equal(problem('"x"', 'bool'), 'needs true or false')
  assert.match(problem('"noon"', 'timestamp')!, /needs a time/)
  assert.equal(problem('"x"', 'string', 'one of a, b'), 'needs one of a, b')
  assert.equal(problem('"b"', 'string', 'one of a, b; may be null'), undefined)
})

test('an edit sets the changed fields alone, with their digits', () => {
  const before = editableFields('{"id":"1","amount":"a lot"}', source)!
  const after = before.map(field => (field.name === 'amount' ? { name: 'amount', json: '3.50' } : field))
  assert.equal(changedFields(before, after), '{"amount":3.50}')
  assert.deepEqual(recordDifferences(before, after), [{ name: 'amount', before: '"a lot"', after: '3.50' }])
  assert.deepEqual(recordDifferences(before, before), [])
})

test('a field that is emptied is cleared, which an edit cannot send; a missing one that stays empty is not', () => {
  const before = editableFields('{"id":"1","amount":"a lot"}', source)!
  const after = before.map(field => (field.name === 'amount' ? { name: 'amount', json: '' } : field))
  assert.deepEqual(clearedFields(before, after), ['amount'])
  assert.deepEqual(clearedFields(before, before), [])
})

test('outcomes of a replay in words', () => {
  const letters = [
    { id: 1, outcome: 'accepted' },
    { id: 2, outcome: 'rejected', detail: "'card' is missing" },
  ]
  assert.equal(replayText({ letters, omitted: [] }), "1 accepted, 1 rejected again: dead letter 2, 'card' is missing.")
  assert.equal(
    replayText({ letters: [], omitted: [{ id: 3, reason: 'no source' }] }),
    'Nothing was sent; 1 dead letter left out: no source.',
  )
})
