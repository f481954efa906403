import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LetterAnswer } from '../core/answers.ts'
import { bulkWarning, changeSinceRejection, placeText, REPLAY_WARNING } from './replay-advice.ts'

const letterOf = (more: Partial<LetterAnswer> = {}): LetterAnswer => ({
  id: 1,
  source: 'payments',
  reason: 'schema',
  detail: "'amount' is missing",
  place: 'row 2',
  at: 100,
  attempts: 0,
  version: 'v',
  raw: '{}',
  ...more,
})

test('a replay may be accepted after an edit or a deployment, unless it was rejected since', () => {
  assert.equal(changeSinceRejection(letterOf(), undefined), undefined)
  assert.equal(changeSinceRejection(letterOf(), 99), undefined)
  assert.equal(changeSinceRejection(letterOf(), 101), 'redefined')
  const edited = letterOf({ original: '{"a":1}' })
  assert.equal(changeSinceRejection(edited, undefined), 'edited')
  assert.equal(changeSinceRejection({ ...edited, attempts: 1 }, 101), undefined)
  assert.equal(changeSinceRejection(letterOf({ original: '{}' }), undefined), undefined, 'an edit that was undone')
  assert.equal(changeSinceRejection(letterOf({ original: '***', raw: '***', isMasked: true }), undefined), 'edited')
})

test('the warning beside a replay of many counts those that must be rejected again', () => {
  assert.equal(bulkWarning([], undefined), REPLAY_WARNING)
  assert.equal(bulkWarning([letterOf({ reason: 'future' }), letterOf({ original: '{"a":1}' })], undefined), REPLAY_WARNING)
  assert.match(
    bulkWarning([letterOf(), letterOf()], undefined),
    /All 2 are unchanged since the rejection, and no change of the definitions is known/,
  )
  assert.match(bulkWarning([letterOf(), letterOf({ at: 300 })], 200), /\. 1 are? unchanged/)
})

test('the place of a record says of what its number is', () => {
  assert.equal(placeText('row 2'), 'record 2 of the batch it came in')
  assert.equal(placeText('http record 3'), 'record 3 of its HTTP request')
  assert.equal(placeText('payments.ndjson:12'), 'payments.ndjson:12')
})
