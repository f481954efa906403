import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scorerNote } from './version-text.ts'

test('a card names the version that decides, and the score of the definition where none does', () => {
  const model = { name: 'fraud', score: 'rules' }
  const of = (name: string, scores: number) => ({ model: name, scores, versions: [] })
  assert.equal(scorerNote(model, [of('other', 2), of('fraud', 3)]), 'version 3')
  assert.deepEqual([scorerNote(model, []), scorerNote(model, [of('fraud', 0)])], ['rules', 'rules'])
})
