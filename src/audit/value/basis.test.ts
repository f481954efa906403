import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UtilityIR } from '../../define/ir/ir.ts'
import { valuationBasis } from './basis.ts'

test('the basis is worded from the terms of the value function', () => {
  const texts: readonly (readonly [UtilityIR, string])[] = [
    [
      { kind: 'caught', unit: 'late arrivals', budget: 0.1 },
      'each of the late arrivals counts once, if its first action is done by the time it happens',
    ],
    [
      { kind: 'caught', unit: 'frauds', dollars: 120, wrong: 2.5 },
      'each of the frauds counts once, if its first action is done by the time it happens; each is worth $120, and a wrong action costs $2.50',
    ],
    [
      { kind: 'notice', unit: 'lows', dollars: 3 },
      'each of the lows counts the minutes from its first action until it happens; a minute is worth $3',
    ],
    [{ kind: 'money', saves: 50, wrong: 10 }, 'the first action in time saves $50; a wrong action costs $10'],
    [
      { kind: 'money', saves: 'amount', wrong: 10, blocks: 86_400_000 },
      "an action blocks its key for 1 day; each blocked event saves the dollars of its 'amount' if the block was right, and costs $10 if it was wrong",
    ],
    [
      { kind: 'own', unit: 'rides', version: '2', budget: 0.1 },
      "each decision counts the value that the pipeline's own function returns, in rides (version 2)",
    ],
  ]
  for (const [utility, text] of texts) assert.equal(valuationBasis(utility), text)
})
