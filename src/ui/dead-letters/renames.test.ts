import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LetterAnswer, SourceAnswer } from '../core/answers.ts'
import { renameChoices, renameEffect, renameText, suggestedRename } from './renames.ts'

const source = {
  name: 'payments',
  columns: [
    { name: 'id', type: 'string' },
    { name: 'amount', type: 'double' },
  ],
} as unknown as SourceAnswer
const letterOf = (id: number, raw: string, more: Partial<LetterAnswer> = {}): LetterAnswer => ({
  id,
  source: 'payments',
  reason: 'schema',
  detail: '',
  place: 'row 1',
  at: 1,
  attempts: 0,
  version: 'v',
  raw,
  ...more,
})
const letters = [
  letterOf(1, '{"id":"a","value":1.50}'),
  letterOf(2, '{"id":"b","value":"none"}'),
  letterOf(3, '{"id":"c","amount":"unknown"}'),
  letterOf(4, '{"id":"d","value":2,"more":1}'),
  letterOf(5, 'not JSON'),
  letterOf(6, '{"id":"***","secret":"***"}', { isMasked: true }),
]

test('fields that are no column can become columns that are missing', () => {
  assert.deepEqual(renameChoices(letters, source), { from: ['value', 'more'], to: ['amount'] })
  assert.deepEqual(renameChoices([letters[2]], source), { from: [], to: [] })
})

test('a rename foretells how many records have the field, and how many then fit the columns', () => {
  const effect = renameEffect(letters, source, 'value', 'amount')
  assert.deepEqual([effect.letters.map(({ id }) => id), effect.fitting], [[1, 2, 4], 1])
  assert.equal(
    renameText(effect, 6, 'value', 'amount', 'payments'),
    "3 of 6 have 'value' and no 'amount'; renamed, 1 then fits the columns of payments.",
  )
})

test('the rename that is suggested is the one after which the most records fit; none if none would', () => {
  const { from, to, effect } = suggestedRename(letters, [source])!
  assert.deepEqual([from, to, effect.letters.length, effect.fitting], ['value', 'amount', 3, 1])
  const others = [letterOf(7, '{"id":"e","sum":1}'), letterOf(8, '{"id":"f","sum":2}')]
  assert.equal(suggestedRename([...letters, ...others], [source])!.from, 'sum')
  assert.equal(suggestedRename([letters[1], letters[2]], [source]), undefined)
  assert.equal(suggestedRename(letters, []), undefined)
})
