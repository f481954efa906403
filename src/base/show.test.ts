import assert from 'node:assert/strict'
import { test } from 'node:test'
import { show, withArticle } from './show.ts'

test('a value is shown shortly, whatever it is', () => {
  assert.deepEqual(['a', 5, NaN, 5n, null, undefined, [1], () => 1].map(show), [
    "'a'",
    '5',
    'NaN',
    '5',
    'null',
    'undefined',
    '[1]',
    'a function',
  ])
  assert.equal(show({ long: 'x'.repeat(100) }).length, 61)
  assert.equal(
    show(
      new (class {
        readonly name = 'card_now'
      })(),
    ),
    "'card_now'",
  )
  const circle: { self?: unknown } = {}
  circle.self = circle
  assert.equal(show(circle), 'an object')
})

test('a word with its article', () => assert.deepEqual(['int', 'string', 'airport'].map(withArticle), ['an int', 'a string', 'an airport']))
