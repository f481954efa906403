import assert from 'node:assert/strict'
import { test } from 'node:test'
import { didYouMean } from './did-you-mean.ts'

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
