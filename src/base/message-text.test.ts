import assert from 'node:assert/strict'
import { test } from 'node:test'
import { didYouMean, nearestName, inOneLine, show } from './message-text.ts'

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

test('a text stays in its line and moves nothing, and letters stay as they are', () => {
  assert.equal(
    inOneLine('a\nb\u2028c\u2029d\u0085e\u001b[2Jf\u202eg\u2066h\ud800'),
    'a\\u000ab\\u2028c\\u2029d\\u0085e\\u001b[2Jf\\u202eg\\u2066h\\ud800',
  )
  for (const text of ['Größe °C', '日付', 'שלום עולם', 'क्षेत्र', '👩‍👧 😀', "it's \\u2028"]) assert.equal(inOneLine(text), text)
})

test('the nearest name is offered, or all of a few, or none', () => {
  const names = ['amount', 'terminal', 'at']
  assert.equal(didYouMean('amuont', names), "; did you mean 'amount'?")
  assert.equal(didYouMean('Terminal', names), "; did you mean 'terminal'?")
  assert.equal(didYouMean('zzz', names), '; there is amount, terminal, at')
  assert.equal(didYouMean(5, names), '; there is amount, terminal, at')
  assert.equal(didYouMean('zzz', []), '')
  assert.equal(
    didYouMean(
      'zzzz',
      Array.from({ length: 21 }, (_, i) => `column${i}`),
    ),
    '',
  )
})

test('a name of a megabyte is like no short name, and is not compared character by character', () => {
  const long = 'x'.repeat(1_000_000)
  const names = Array.from({ length: 20 }, (_, i) => `column${i}`)
  const began = process.memoryUsage().heapUsed
  assert.equal(nearestName(long, names), undefined)
  // A matrix of distances would have 20 million cells.
  assert.ok(process.memoryUsage().heapUsed - began < 64 * 2 ** 20)
})
